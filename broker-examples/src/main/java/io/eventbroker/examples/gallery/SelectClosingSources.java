package io.eventbroker.examples.gallery;

import io.eventbroker.Broker;
import io.eventbroker.Inbox;
import io.eventbroker.Select;
import io.eventbroker.SubscriptionClosedException;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.util.Optional;

/**
 * Select from sources of which one closes first. For a reader of several sources that end at different times, such as
 * shops that close for the night. A source that has ended and is empty falls out, and the others are read on; when the
 * last has, the loop ends. Every event is read exactly once, also by several readers. An end that was not orderly (the
 * broker failed, or disconnected an inbox) is thrown, not taken for the end of the day. In Go one sets the closed channel
 * to nil by hand; here {@link Select} does that.
 */
final class SelectClosingSources {
    private SelectClosingSources() {}

    /** The next event, or empty when all sources have ended. */
    static <T> Optional<T> next(Select<T> sources) throws InterruptedException {
        try {
            return Optional.of(sources.take());
        } catch (SubscriptionClosedException e) {
            if (e.getCause() != null) {
                throw e;
            }
            return Optional.empty();
        }
    }

    static void run(PrintWriter out) throws InterruptedException {
        Topic<String> north = Topic.of("sales.north", String.class);
        Topic<String> south = Topic.of("sales.south", String.class);
        try (Broker broker = Broker.open();
                Inbox<String> northern = broker.inbox(north);
                Inbox<String> southern = broker.inbox(south)) {
            broker.publish(north, "north sells a lamp");
            northern.unsubscribe(); // what is in it can still be read
            broker.publish(south, "south sells a table");
            broker.publish(south, "south sells a chair");
            southern.unsubscribe();
            Select<String> sources = Select.of(northern, southern);
            for (Optional<String> sale = next(sources); sale.isPresent(); sale = next(sources)) {
                out.println(sale.get());
            }
            out.println("both have closed");
        }
    }
}
