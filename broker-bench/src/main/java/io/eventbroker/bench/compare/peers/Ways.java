package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Scenario;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The topics of a scenario, for contenders that have something of their own for each. */
final class Ways {
    private Ways() {}

    /** Something for each topic. */
    static <T> List<T> perTopic(Scenario scenario, IntFunction<T> maker) {
        return IntStream.range(0, scenario.topics()).mapToObj(maker).toList();
    }

    /** Chooses one by the topic of each event; if there is but one, that costs nothing. */
    static Consumer<Event> byTopic(List<Consumer<Event>> ways) {
        if (ways.size() == 1) {
            return ways.get(0);
        }
        @SuppressWarnings({"unchecked", "rawtypes"}) // filled from a list of these
        Consumer<Event>[] array = ways.toArray(new Consumer[0]);
        return event -> array[event.topic()].accept(event);
    }
}
