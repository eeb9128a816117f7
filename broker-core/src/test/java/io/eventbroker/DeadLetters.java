package io.eventbroker;

import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerEvent.Unrouted;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What tests of dead letters have in common. */
final class DeadLetters {
    static final TopicPattern<HandlerFailed> FAILURES = BrokerEvent.TOPIC.only(HandlerFailed.class);
    static final TopicPattern<Unrouted> UNROUTED = BrokerEvent.TOPIC.only(Unrouted.class);

    private DeadLetters() {}

    static <T> void fail(T event) {
        throw new IllegalStateException("cannot handle " + event);
    }

    /** Fails without a look at the event. */
    static <T> void failQuietly(T event) {
        throw new IllegalStateException("on purpose");
    }

    static <T> List<T> take(Inbox<T> inbox) {
        List<T> taken = new ArrayList<>();
        inbox.drainTo(taken);
        return taken;
    }

    static Set<Object> eventsOf(List<HandlerFailed> failures) {
        return failures.stream().map(HandlerFailed::event).collect(Collectors.toSet());
    }

    static Set<Object> numbers(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toSet());
    }
}
