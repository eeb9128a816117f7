package io.eventbroker;

import io.eventbroker.ReferenceQueue.Cell;
import java.util.Iterator;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/** A subscription of a {@link Simulation}, as its owner holds it. */
final class SimulationMember<T> {
    /** What a handler throws on purpose. */
    static final class Deliberate extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** None for what the broker tells of itself. */
    private final LedgerSubscriber<?> recorder;

    ReferenceQueue queue;
    Subscription handle;
    Inbox<?> inbox;
    Iterator<?> iterator;
    Cell upcoming;

    SimulationMember(LedgerSubscriber<?> recorder) {
        this.recorder = recorder;
    }

    @SuppressWarnings("unchecked") // it is what the model expected
    void received(Cell given) {
        if (recorder != null) {
            LedgerSubscriber<Ledger.Entry> entries = (LedgerSubscriber<Ledger.Entry>) recorder;
            Ledger.Entry entry = (Ledger.Entry) given.message().event();
            boolean isInOrder = queue.keeping.workerOf() == null
                    && !queue.keeping.overflow().equals("CONFLATE");
            entries.received(entry, isInOrder ? null : given.key());
        }
    }

    Subscription subscribe(Supplier<Subscription> terminal) {
        return recorder == null ? terminal.get() : recorder.subscribe(terminal);
    }

    @SuppressWarnings("unchecked") // the recorder opens what the terminal makes
    Inbox<?> open(Supplier<? extends Inbox<?>> terminal) {
        inbox = recorder == null
                ? terminal.get()
                : ((LedgerSubscriber<Ledger.Entry>) recorder).inbox((Supplier<Inbox<Ledger.Entry>>) terminal);
        return inbox;
    }

    void replays() {
        if (recorder != null) {
            recorder.replays();
        }
    }

    void failing() {
        if (recorder != null) {
            recorder.failing();
        }
    }

    void unsubscribe() {
        if (recorder != null) {
            recorder.unsubscribe();
        } else {
            handle.unsubscribe();
        }
    }

    /** What a handler throws on purpose. */
    static Throwable failure(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> new IllegalStateException("deliberate");
            case 1 -> new StackOverflowError("deliberate");
            case 2 -> new InterruptedException("deliberate");
            case 3 -> new OutOfMemoryError("deliberate");
            case 4 -> new NoClassDefFoundError("deliberate");
            case 5 -> new AssertionError("deliberate");
            case 6 -> new BrokerClosedException("deliberate", null); // as if passed on from another broker
            case 7 -> new CancellationException("deliberate");
            case 8 -> new Throwable("deliberate"); // neither an exception nor an error
            default -> new Deliberate();
        };
    }
}
