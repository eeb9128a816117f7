package io.eventbroker;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What {@link ShiftedClasses} has the broker read instead of the system's clocks, and a stepped broker beside its own. */
public final class ShiftedClock {
    private static volatile long nanos;
    private static volatile long steppedNanos;
    private static volatile Duration[] shifts = {Duration.ZERO};

    private static final AtomicLong READ = new AtomicLong();
    private static volatile boolean wasPositive;
    private static volatile boolean wasNegative;

    /** Every time of day that was told. */
    private static final Set<Instant> TOLD = ConcurrentHashMap.newKeySet();

    private ShiftedClock() {}

    /** From now on the clock of the waits has so long to go until it overflows, or zero if so, which is as well a limit. */
    public static void untilOverflow(Duration left, boolean atZero) {
        nanos = (atZero ? 0 : Long.MAX_VALUE) - left.toNanos() - System.nanoTime();
        wasPositive = false;
        wasNegative = false;
    }

    /** The clock of a stepped broker has so long to go until it overflows, when it begins. */
    public static void steppedUntilOverflow(Duration left) {
        steppedNanos = Long.MAX_VALUE - left.toNanos();
    }

    /** The time of day is shifted by these in turn. */
    public static void wallBy(Duration... inTurn) {
        shifts = inTurn;
    }

    public static long reads() {
        return READ.get();
    }

    /** Whether the clock of the waits was read on both sides of where its sign changes. */
    public static boolean hasPassedTheLimit() {
        return wasPositive && wasNegative;
    }

    public static boolean hasTold(Instant time) {
        return TOLD.contains(time);
    }

    public static long nanoTime() {
        return seen(System.nanoTime() + nanos);
    }

    public static long stepped(long now) {
        return seen(now + steppedNanos);
    }

    private static long seen(long time) {
        READ.incrementAndGet();
        if (time < 0) {
            wasNegative = true;
        } else {
            wasPositive = true;
        }
        return time;
    }

    public static Instant now() {
        Duration[] turns = shifts;
        Instant time = Instant.now().plus(turns[(int) (READ.incrementAndGet() % turns.length)]);
        TOLD.add(time);
        return time;
    }
}
