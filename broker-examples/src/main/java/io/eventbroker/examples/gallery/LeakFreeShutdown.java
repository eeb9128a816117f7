package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.BrokerStats;
import io.eventbroker.Handler;
import io.eventbroker.Inbox;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * Shutdown that leaves nothing behind: a packing room with a push subscription, and a thread that reads an inbox. For any
 * service with threads. Closing refuses what comes from then on, finishes what was accepted, and returns when no thread
 * is left. The order does it: the broker is closed first, which lets handlers finish and ends the inbox; its reader then
 * reads what is left and comes to the end of its loop; so it is joined last. What takes longer than the deadline is
 * abandoned, and the report says how much. Call it from a shutdown hook to have it on SIGTERM.
 */
final class LeakFreeShutdown implements AutoCloseable {
    record Parcel(int number) {}

    private static final Topic<Parcel> ACCEPTED = Topic.of("parcels.accepted", Parcel.class);
    private static final Topic<Parcel> PACKED = Topic.of("parcels.packed", Parcel.class);
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @FunctionalInterface
    interface Truck {
        void load(Parcel parcel) throws InterruptedException;
    }

    private final Broker broker = Broker.open();
    private final Thread loader;

    LeakFreeShutdown(Handler<Parcel> packer, Truck truck) {
        Inbox<Parcel> ramp = broker.subscription(PACKED).overflow(BACKPRESSURE).inbox();
        loader = new Thread(() -> load(ramp, truck), "loader");
        loader.start();
        broker.subscription(ACCEPTED).named("packer").overflow(BACKPRESSURE).onEvent(parcel -> {
            packer.handle(parcel);
            broker.publish(PACKED, parcel);
        });
    }

    /**
     * Takes a parcel, which will be loaded.
     *
     * @throws io.eventbroker.BrokerClosedException if the room is closing; the parcel will not be loaded
     */
    void accept(Parcel parcel) {
        broker.publish(ACCEPTED, parcel);
    }

    private static void load(Inbox<Parcel> ramp, Truck truck) {
        try (ramp) { // a loader that fails holds up nobody
            for (Parcel parcel : ramp) {
                truck.load(parcel);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // told to go before all was loaded
        }
    }

    /** What became of everything. */
    BrokerStats shutDown() {
        Deadline deadline = Deadline.in(DEADLINE);
        BrokerStats report = broker.close(deadline.left());
        try {
            loader.join(Math.max(1, deadline.left().toMillis()));
            loader.interrupt(); // does nothing to a thread that has ended
            loader.join();
        } catch (InterruptedException e) {
            loader.interrupt();
            Thread.currentThread().interrupt();
        }
        return report;
    }

    @Override
    public void close() {
        shutDown();
    }

    static void run(PrintWriter out) {
        try (LeakFreeShutdown room = new LeakFreeShutdown(parcel -> {}, parcel -> out.println("loaded " + parcel))) {
            for (int number = 1; number <= 3; number++) {
                room.accept(new Parcel(number));
            }
            BrokerStats report = room.shutDown();
            out.println("accepted " + report.accepted() + " messages, discarded " + report.discarded());
        }
    }
}
