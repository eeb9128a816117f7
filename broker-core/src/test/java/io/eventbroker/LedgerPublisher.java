package io.eventbroker;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CancellationException;

/**
 * Records what one publisher offered and what it was told, and numbers its events. For one thread at a time; a publish
 * that is under way must return before the next begins.
 */
final class LedgerPublisher {
    static final byte PENDING = 0;
    static final byte ACCEPTED = 1;
    static final byte REFUSED = 2;
    static final byte WITHDRAWN = 3;

    private static final int OFFERS_PER_TICK = 8;

    private final Ledger ledger;
    private final int id;
    private final boolean isByClock;
    private int size;
    private byte[] outcomes = new byte[64];
    private int[] kinds = new int[64];
    private int[] began = new int[64];
    private int[] ended = new int[64];
    private Ledger.Kind lastKind = new Ledger.Kind("", Object.class);
    private int lastKindNumber;

    /** A publisher whose order among others is that of the clock, or through a lane, which has an order of its own. */
    LedgerPublisher(Ledger ledger, int id, boolean isByClock) {
        this.ledger = ledger;
        this.id = id;
        this.isByClock = isByClock;
    }

    /** Makes the next event, which is now about to be offered: tell its outcome afterwards. */
    <E extends Ledger.Entry> E offer(Topic<? super E> topic, Ledger.Maker<E> maker) {
        int number = size;
        if (number == outcomes.length) {
            grow();
        }
        E event = maker.make(id, number);
        kinds[number] = kindOf(topic.name(), event.getClass());
        outcomes[number] = PENDING;
        size = number + 1;
        if (number % OFFERS_PER_TICK == 0) {
            ledger.tick();
        }
        began[number] = ledger.now();
        return event;
    }

    /** The event was accepted. */
    void accepted(Ledger.Entry event) {
        settle(event, ACCEPTED);
    }

    /** The event was refused: full, closed, interrupted. */
    void refused(Ledger.Entry event) {
        settle(event, REFUSED);
    }

    /** The call was misuse and no offer. */
    void withdrawn(Ledger.Entry event) {
        settle(event, WITHDRAWN);
    }

    /**
     * Publishes the next event and records the outcome. A {@link BrokerClosedException}, {@link CancellationException} or
     * {@link PublishCycleException} counts as refused, any other exception as misuse; all are rethrown.
     */
    <E extends Ledger.Entry> E publish(Broker broker, Topic<? super E> topic, Ledger.Maker<E> maker) {
        E event = offer(topic, maker);
        try {
            broker.publish(topic, event);
        } catch (RuntimeException e) {
            throw settle(event, e);
        }
        accepted(event);
        return event;
    }

    /** Like {@link #publish}; what was answered is returned. */
    <E extends Ledger.Entry> boolean tryPublish(Broker broker, Topic<? super E> topic, Ledger.Maker<E> maker) {
        E event = offer(topic, maker);
        try {
            return settle(event, broker.tryPublish(topic, event));
        } catch (RuntimeException e) {
            throw settle(event, e);
        }
    }

    /** Like {@link #publish}; what was answered is returned. */
    <E extends Ledger.Entry> boolean tryPublish(
            Broker broker, Topic<? super E> topic, Ledger.Maker<E> maker, Duration timeout) {
        E event = offer(topic, maker);
        try {
            return settle(event, broker.tryPublish(topic, event, timeout));
        } catch (RuntimeException e) {
            throw settle(event, e);
        }
    }

    /** How many of its events had this outcome. */
    int count(byte outcome) {
        int count = 0;
        for (int i = 0; i < size; i++) {
            count += outcomes[i] == outcome ? 1 : 0;
        }
        return count;
    }

    boolean isByClock() {
        return isByClock;
    }

    int id() {
        return id;
    }

    int size() {
        return size;
    }

    byte outcome(int number) {
        return outcomes[number];
    }

    int kind(int number) {
        return kinds[number];
    }

    int began(int number) {
        return began[number];
    }

    int ended(int number) {
        return ended[number];
    }

    boolean settle(Ledger.Entry event, boolean accepted) {
        settle(event, accepted ? ACCEPTED : REFUSED);
        return accepted;
    }

    RuntimeException settle(Ledger.Entry event, RuntimeException e) {
        settle(event, isRefusal(e) ? REFUSED : WITHDRAWN);
        return e;
    }

    /** Whether what a publish threw means that it was an offer. */
    static boolean isRefusal(RuntimeException e) {
        return e instanceof BrokerClosedException
                || e instanceof CancellationException
                || e instanceof PublishCycleException;
    }

    private void settle(Ledger.Entry event, byte outcome) {
        int number = event.number();
        if (event.publisher() != id || number >= size || outcomes[number] != PENDING) {
            throw new IllegalArgumentException(event + " is not an open offer of publisher " + id);
        }
        ended[number] = ledger.now();
        outcomes[number] = outcome;
    }

    private int kindOf(String topic, Class<?> type) {
        if (lastKind.type() != type || !lastKind.topic().equals(topic)) {
            lastKind = new Ledger.Kind(topic, type);
            lastKindNumber = ledger.kindNumber(lastKind);
        }
        return lastKindNumber;
    }

    private void grow() {
        outcomes = Arrays.copyOf(outcomes, size * 2);
        kinds = Arrays.copyOf(kinds, size * 2);
        began = Arrays.copyOf(began, size * 2);
        ended = Arrays.copyOf(ended, size * 2);
    }
}
