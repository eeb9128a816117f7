package io.eventbroker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * No wake-up is lost, although wakers issue no fence.
 *
 * <p>Hazard: a waker's store waits in its processor's store buffer while the waker already reads that nobody sleeps; the
 * sleeper announces itself in that moment, looks, and does not see the store. Nobody will signal it. The same when it
 * announces itself anew after a signal.
 *
 * <p>Forbidden: the sleeper sleeps on although something was handed over. So that this shows, it never wakes by itself:
 * the second park lasts for years, and a lost wake-up is a hang.
 */
@SuppressWarnings("ThreadPriorityCheck") // yields, so that two processors are enough
class SleeperTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final long YEARS = Long.MAX_VALUE / 4;
    private static final int FACTOR = Integer.getInteger("races", 1);

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(Integer[].class);

    /** One cell in use per cache line and a half, so that wakers do not disturb each other. */
    private static final int STRIDE = 32;

    private final long seed = new Random().nextLong();
    private final Sleeper sleeper = new Sleeper(YEARS);
    private final AtomicBoolean over = new AtomicBoolean();

    /** Written by the sleeper alone. */
    private final AtomicLong taken = new AtomicLong();

    /** Whether the last sleep went beyond its first look; written by the sleeper alone. */
    private final AtomicBoolean parked = new AtomicBoolean();

    /** More than fits into the caches, so that a store takes long to become visible. */
    private static final int BALLAST_LINES = 1 << 20;

    private final int[] ballast = new int[BALLAST_LINES << 4];

    private int looks;
    private volatile long sink;

    @AfterEach
    void letGo() {
        over.set(true);
        sleeper.wake();
    }

    /** A thread of a test, and its failure. */
    private static final class Actor {
        private final FutureTask<Boolean> task;
        private final Thread thread;

        Actor(String name, Callable<Boolean> body) {
            task = new FutureTask<>(body);
            thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.start();
        }

        /** Waits for the end; for as long as there is progress, so that a slow machine is not taken for a hang. */
        void join(AtomicLong progress) throws Exception {
            while (!task.isDone()) {
                long before = progress.get();
                await(thread.getName() + " goes on after " + before)
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(5))
                        .atMost(PATIENCE)
                        .until(() -> task.isDone() || progress.get() != before);
            }
            assertThat(task.get()).isTrue();
        }
    }

    private void burn(int steps) {
        long x = seed;
        for (int i = 0; i < steps; i++) {
            x = x * 6_364_136_223_846_793_005L + 1;
        }
        sink = x;
    }

    /** Stores that miss the cache; as processors store in order, the next store stays invisible until these are done. */
    private void fillStoreBuffer(int number, int misses) {
        int line = number * 977;
        for (int i = 0; i < misses; i++) {
            line += 7919;
            ballast[(line & (BALLAST_LINES - 1)) << 4] = i;
        }
    }

    /** What wakers put numbers into, one by one in order; each has so many cells. */
    private final class Cells {
        private final int wakers;
        private final int each;
        private final Integer[] cells;
        private final int[] next;

        Cells(int wakers, int each) {
            this.wakers = wakers;
            this.each = each;
            this.cells = new Integer[(wakers * each + 2) * STRIDE];
            this.next = new int[wakers];
        }

        private int cell(int waker, int number) {
            return (waker * each + number % each + 1) * STRIDE;
        }

        /** Waits until there is room, then stores as the rings do: without a fence between this and the wake-up. */
        void put(int waker, int number, int delay, int misses) {
            int cell = cell(waker, number);
            for (int i = 1; (Integer) CELL.getAcquire(cells, cell) != null && !over.get(); i++) {
                if (i % 256 == 0) {
                    Thread.yield();
                }
            }
            burn(delay);
            fillStoreBuffer(number, misses);
            CELL.setRelease(cells, cell, Integer.valueOf(number));
            sleeper.wake();
        }

        boolean hasNext() {
            looks++;
            for (int waker = 0; waker < wakers; waker++) {
                if ((Integer) CELL.getAcquire(cells, cell(waker, next[waker])) != null) {
                    return true;
                }
            }
            return over.get();
        }

        /** Takes what is there, and checks that nothing is missing, doubled or out of order. */
        int takeAll() {
            int count = 0;
            for (int waker = 0; waker < wakers; waker++) {
                int cell = cell(waker, next[waker]);
                Integer number = (Integer) CELL.getAcquire(cells, cell);
                if (number != null) {
                    assertThat(number.intValue()).isEqualTo(next[waker]++);
                    CELL.setRelease(cells, cell, (Integer) null);
                    count++;
                }
            }
            return count;
        }
    }

    /** Takes so many numbers, asleep whenever there is none. */
    private boolean takeAll(Cells cells, long total, int grace) {
        long late = 0;
        long parks = 0;
        for (long done = 0; done < total && !over.get(); ) {
            int count = cells.takeAll();
            if (count > 0) {
                done += count;
                taken.lazySet(done);
            } else {
                burn(grace);
                looks = 0;
                long start = System.nanoTime();
                sleeper.sleep(cells::hasNext, YEARS);
                boolean beyond = looks > 1;
                parked.lazySet(beyond);
                parks += beyond ? 1 : 0;
                late += beyond && System.nanoTime() - start >= Sleeper.FIRST ? 1 : 0;
            }
        }
        System.out.println("sleeper, seed " + seed + ": " + total + " hand-overs, " + parks + " parks, " + late
                + " of them found by the second look or later");
        return taken.get() == total;
    }

    /**
     * One waker, which follows the sleeper: when that had to park, it comes a little earlier the next time, else later; so
     * that it stores just when the sleeper announces itself.
     */
    @Test
    void oneWakerThatComesJustAsItGoesToSleep() throws Exception {
        int total = 200_000 * FACTOR;
        Cells cells = new Cells(1, 1);
        Random random = new Random(seed);
        Actor taker = new Actor("taker", () -> takeAll(cells, total, 1_500));
        Actor waker = new Actor("waker", () -> {
            int delay = 1_500;
            for (int i = 0; i < total && !over.get(); i++) {
                delay = Math.max(0, Math.min(6_000, delay + (parked.get() ? -30 : 1)));
                cells.put(0, i, delay + random.nextInt(300), 8);
            }
            return true;
        });
        waker.join(taken);
        taker.join(taken);
    }

    /** Several at any offset; some also wake it for nothing, so that it announces itself anew while others store. */
    @Test
    void severalWakersSomeOfThemForNothing() throws Exception {
        int wakers = 3;
        int each = 300_000 * FACTOR;
        Cells cells = new Cells(wakers, 8);
        Actor taker = new Actor("taker", () -> takeAll(cells, (long) wakers * each, 20));
        List<Actor> actors = new ArrayList<>();
        for (int w = 0; w < wakers; w++) {
            int number = w;
            Random random = new Random(seed + w);
            actors.add(new Actor("waker " + w, () -> {
                for (int i = 0; i < each && !over.get(); i++) {
                    boolean pauses = random.nextInt(64) == 0;
                    if (pauses) {
                        sleeper.wake();
                    }
                    cells.put(number, i, pauses ? random.nextInt(6_000) : 0, pauses ? 8 : 0);
                }
                return true;
            }));
        }
        for (Actor actor : actors) {
            actor.join(taken);
        }
        taker.join(taken);
    }

    /** Woken for nothing, again and again, and then for something by a waker that finds it announced anew, or not yet. */
    @Test
    void aWakerAfterOneThatWokeItForNothing() throws Exception {
        int total = 15_000 * FACTOR;
        Cells cells = new Cells(1, 1);
        Random random = new Random(seed);
        Actor taker = new Actor("taker", () -> takeAll(cells, total, 0));
        Actor waker = new Actor("waker", () -> {
            for (int i = 0; i < total && !over.get(); i++) {
                burn(random.nextInt(2_000));
                sleeper.wake();
                cells.put(0, i, random.nextInt(12_000), 8);
            }
            return true;
        });
        waker.join(taken);
        taker.join(taken);
    }

    @Test
    void anInterruptNeitherEndsTheSleepNorMakesItSpin() throws Exception {
        AtomicLong looked = new AtomicLong();
        AtomicBoolean needed = new AtomicBoolean();
        Actor actor = new Actor("sleeper", () -> {
            Thread.currentThread().interrupt();
            sleeper.sleep(
                    () -> {
                        looked.incrementAndGet();
                        return needed.get();
                    },
                    YEARS);
            return needed.get() && !Thread.currentThread().isInterrupted();
        });
        for (int i = 0; i < 200; i++) {
            actor.thread.interrupt();
            await("interrupt " + i + " swallowed")
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofNanos(1_000))
                    .atMost(PATIENCE)
                    .until(() -> !actor.thread.isInterrupted());
        }
        await("asleep").atMost(PATIENCE).until(() -> actor.thread.getState() == Thread.State.TIMED_WAITING);
        assertThat(looked.get()).as("looks: a few for each interrupt").isBetween(1L, 10_000L);
        needed.set(true);
        sleeper.wake();
        actor.join(looked);
    }
}
