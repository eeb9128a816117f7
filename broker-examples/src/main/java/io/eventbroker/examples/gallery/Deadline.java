package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Function;

/**
 * A deadline that travels with the event. For work that is worthless when it comes too late, and that passes through
 * several hands. Every hand on the way sees how much time is left, and waits no longer than that; what is handled late is
 * not begun. A part may be given less time than the whole, never more. It does not stop what has been begun: for that
 * see {@link CancellationScope}. In Go this is {@code context.WithTimeout}.
 *
 * @param nanoTime by {@link System#nanoTime()}, which clocks that are set do not move
 */
record Deadline(long nanoTime) {
    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** The time left, zero or less if there is none: what {@code tryPublish}, {@code poll} and {@code close} take. */
    Duration left() {
        return Duration.ofNanos(nanoTime - System.nanoTime());
    }

    boolean isOver() {
        return nanoTime - System.nanoTime() <= 0;
    }

    /** For a part of the work: after that time, and not after this. */
    Deadline atMost(Duration time) {
        Deadline part = in(time);
        return part.nanoTime - nanoTime < 0 ? part : this;
    }

    /** A handler that is called for what is in time; what is not goes to the other. */
    static <T> Handler<T> inTime(Function<T, Deadline> deadlineOf, Handler<T> handler, Handler<T> late) {
        return event -> (deadlineOf.apply(event).isOver() ? late : handler).handle(event);
    }

    /** An event that carries its deadline. */
    record Quote(String item, Deadline deadline) {}

    static final Topic<Quote> QUOTES = Topic.of("quotes", Quote.class);

    static void run(PrintWriter out) {
        try (Broker broker = Broker.open()) {
            broker.subscription(QUOTES)
                    .named("quotes")
                    .overflow(BACKPRESSURE)
                    .onEvent(inTime(
                            Quote::deadline,
                            quote -> out.println("quoting a " + quote.item()),
                            quote -> out.println("too late for a " + quote.item())));
            Deadline ample = Deadline.in(Duration.ofMinutes(1));
            Deadline spent = ample.atMost(Duration.ZERO);
            for (Quote quote : new Quote[] {new Quote("lamp", ample), new Quote("chair", spent)}) {
                if (!broker.tryPublish(QUOTES, quote, quote.deadline().left())) {
                    out.println("no room in time for a " + quote.item());
                }
            }
        }
    }
}
