package io.eventbroker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Records what one subscription received, consumer by consumer, and between which moments it existed. */
final class LedgerSubscriber<T extends Ledger.Entry> {
    /** The receipts of one consumer, in its order; written by it alone. */
    static final class Log {
        private long[] entries = new long[64];
        private int size;

        void add(Ledger.Entry event) {
            if (size == entries.length) {
                entries = Arrays.copyOf(entries, size * 2);
            }
            entries[size++] = (long) event.publisher() << 32 | event.number();
        }

        int size() {
            return size;
        }

        int publisher(int i) {
            return (int) (entries[i] >>> 32);
        }

        int number(int i) {
            return (int) entries[i];
        }
    }

    private final Ledger ledger;
    private final TopicPattern<T> from;
    private final List<Log> logs = new CopyOnWriteArrayList<>();
    private final ThreadLocal<Log> ownLogs = ThreadLocal.withInitial(this::newLog);
    private final Log onlyLog;
    private final LongAdder failures = new LongAdder();

    private final Map<Object, Log> logsByKey = new HashMap<>();
    private volatile boolean replays;
    private volatile Subscription subscription;
    private volatile Inbox<T> inbox;
    private volatile int opening = Integer.MAX_VALUE;
    private volatile int opened = Integer.MAX_VALUE;
    private volatile int ending = Integer.MAX_VALUE;
    private volatile int ended = Integer.MAX_VALUE;

    LedgerSubscriber(Ledger ledger, TopicPattern<T> from, boolean shared) {
        this.ledger = ledger;
        this.from = from;
        this.onlyLog = shared ? null : newLog();
    }

    /** Subscribes by the end of a builder's chain, for example {@code () -> broker.subscribe(topic, handler())}. */
    Subscription subscribe(Supplier<Subscription> terminal) {
        return open(terminal);
    }

    /** Opens an inbox by the end of a builder's chain. What is pulled from it must be told to {@link #received}. */
    Inbox<T> inbox(Supplier<Inbox<T>> terminal) {
        Inbox<T> opened = open(terminal);
        inbox = opened;
        return opened;
    }

    /** Unsubscribes; several threads may do so at once. */
    void unsubscribe() {
        synchronized (this) {
            ending = Math.min(ending, ledger.tick());
        }
        subscription.unsubscribe();
        synchronized (this) {
            ended = Math.min(ended, ledger.tick());
        }
    }

    /** A handler that records. */
    Handler<T> handler() {
        return this::received;
    }

    /** A handler that records, then does something; what that throws is recorded too. */
    Handler<T> handler(Handler<? super T> then) {
        return event -> {
            received(event);
            try {
                then.handle(event);
            } catch (Throwable e) {
                failures.increment();
                throw e;
            }
        };
    }

    /** The event was taken, by this thread, just now. */
    void received(T event) {
        (onlyLog != null ? onlyLog : ownLogs.get()).add(event);
    }

    /** The event was taken; if it has a key, its order is only among those of that key. For one thread. */
    void received(T event, Object key) {
        if (key == null) {
            received(event);
        } else {
            logsByKey.computeIfAbsent(key, any -> newLog()).add(event);
        }
    }

    /** The subscription begins with what the broker retains. */
    void replays() {
        replays = true;
    }

    /** A handler call that was recorded will end by throwing. */
    void failing() {
        failures.increment();
    }

    /** Takes what is in the inbox now, in the name of this thread. */
    int drain() {
        List<T> drained = new ArrayList<>();
        inbox.drainTo(drained);
        drained.forEach(this::received);
        return drained.size();
    }

    TopicPattern<T> from() {
        return from;
    }

    Subscription subscription() {
        return subscription;
    }

    boolean isInbox() {
        return inbox != null;
    }

    boolean isUnsubscribed() {
        return ending != Integer.MAX_VALUE;
    }

    List<Log> logs() {
        return logs;
    }

    long failures() {
        return failures.sum();
    }

    /** Whether a publish between these moments was surely seen; of one that the broker disconnected nobody knows when. */
    boolean surelySees(int publishBegan, int publishEnded) {
        return publishBegan >= opened
                && publishEnded < ending
                && subscription().stats().disconnected() == 0;
    }

    /** Whether a publish between these moments may have been seen. */
    boolean maySee(int publishBegan, int publishEnded) {
        return (replays || publishEnded >= opening) && publishBegan < ended;
    }

    private <S extends Subscription> S open(Supplier<S> terminal) {
        opening = ledger.tick();
        S terminated = terminal.get();
        subscription = terminated;
        opened = ledger.tick();
        return terminated;
    }

    private Log newLog() {
        Log log = new Log();
        logs.add(log);
        return log;
    }
}
