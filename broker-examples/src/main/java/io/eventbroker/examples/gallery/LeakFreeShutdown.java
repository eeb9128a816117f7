package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.BrokerStats;
import io.eventbroker.Handler;
import io.eventbroker.Inbox;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * Shutdown that leaves nothing behind: a packing room with a push subscription, and a thread that reads an inbox. For
 * any service with threads. Closing refuses what comes from then on, finishes what was accepted, and returns when no
 * thread is left, or none that ends when it is interrupted. The order does it: the broker is closed first, which lets
 * handlers finish and ends the inbox; its reader then reads what is left and comes to the end of its loop; so it is
 * joined last. What takes longer than the deadline is interrupted, and after a second more abandoned; the report says
 * how much. Call it from a shutdown hook to have it on SIGTERM.
 */
final class LeakFreeShutdown implements AutoCloseable {
    record Parcel(int number) {}

    private static final Topic<Parcel> ACCEPTED = Topic.of("parcels.accepted", Parcel.class);
    private static final Topic<Parcel> PACKED = Topic.of("parcels.packed", Parcel.class);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(1); // after the interrupt

    /**
     * What became of everything. Parcels that were packed and not loaded are on the ramp, or with a truck that failed or is
     * stuck; those not packed are in the broker's statistics.
     */
    record Report(BrokerStats broker, long notLoaded, boolean isTruckStuck) {}

    @FunctionalInterface
    interface Truck {
        void load(Parcel parcel) throws InterruptedException;
    }

    private final Broker broker = Broker.open();
    private final Inbox<Parcel> ramp;
    private final LongAdder loaded = new LongAdder();
    private final Thread loader;

    LeakFreeShutdown(Handler<Parcel> packer, Truck truck) {
        ramp = broker.subscription(PACKED).overflow(BACKPRESSURE).inbox();
        loader = new Thread(() -> load(truck), "loader");
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

    private void load(Truck truck) {
        try (ramp) { // a loader that fails holds up nobody
            for (Parcel parcel : ramp) {
                truck.load(parcel);
                loaded.increment();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // told to go before all was loaded
        }
    }

    /** An interrupt moves the deadline to now. */
    Report shutDown(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        BrokerStats report = broker.close(deadline.left());
        boolean isInterrupted = !awaitLoader(deadline.left());
        loader.interrupt(); // does nothing to a thread that has ended
        isInterrupted |= !awaitLoader(GRACE); // a truck may ignore it
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        return new Report(report, ramp.stats().matched() - loaded.sum(), loader.isAlive());
    }

    /** False if interrupted while waiting. */
    private boolean awaitLoader(Duration timeout) {
        try {
            loader.join(Math.max(1, timeout.toMillis()));
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Override
    public void close() {
        Report unused = shutDown(DEADLINE);
    }

    static void run(PrintWriter out) {
        try (LeakFreeShutdown room = new LeakFreeShutdown(parcel -> {}, parcel -> out.println("loaded " + parcel))) {
            for (int number = 1; number <= 3; number++) {
                room.accept(new Parcel(number));
            }
            Report report = room.shutDown(DEADLINE);
            out.println("discarded " + report.broker().discarded() + ", not loaded " + report.notLoaded());
        }
    }
}
