package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.assertNoThreadLeft;
import static io.eventbroker.examples.gallery.Contention.awaitLatch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventbroker.examples.gallery.Generator.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import org.junit.jupiter.api.Test;

/** Both deletions against a store that keeps its own books: what is gone, what is left, how often each was tried. */
class BulkDeleteTest {
    private static final int KEYS = 3_000;
    private static final int WORKERS = 100;

    /** A store that notes who comes, and lets the first hundred go on together only. */
    private static final class WatchedStore {
        final SampleStore store;
        final Contention.Gauge working = new Contention.Gauge();
        final Map<String, Integer> tried = new ConcurrentHashMap<>();
        final CountDownLatch allWorkers = new CountDownLatch(WORKERS);
        final AtomicInteger pages = new AtomicInteger();

        WatchedStore(int refusedEach) {
            store = new SampleStore(KEYS, refusedEach);
        }

        Page page(String token) {
            pages.incrementAndGet();
            return store.page(token);
        }

        void delete(String key) throws Exception {
            working.enter();
            try {
                allWorkers.countDown();
                awaitLatch(allWorkers);
                tried.merge(key, 1, Integer::sum);
                store.delete(key);
            } finally {
                working.leave();
            }
        }

        List<String> refused() {
            return new SampleStore(KEYS, 0)
                    .keys().stream().filter(store::refuses).toList();
        }
    }

    @Test
    void collectingTriesEachKeyOnceAndCollectsTheFailedOnes() throws Exception {
        assertNoThreadLeft(() -> {
            WatchedStore watched = new WatchedStore(7);
            List<BulkDeleteCollecting.Failure> failures = new ArrayList<>(); // not thread-safe: one at a time
            LongAdder tried = new LongAdder();
            BulkDeleteCollecting.Summary summary = BulkDeleteCollecting.deleteAll(
                    Generator.keysOf(watched::page), watched::delete, failures::add, tried::increment);

            assertThat(watched.working.most()).isEqualTo(WORKERS);
            assertThat(watched.tried)
                    .hasSize(KEYS)
                    .allSatisfy((key, times) -> assertThat(times).isEqualTo(1));
            assertThat(watched.store.keys()).as("left").isEqualTo(watched.refused());
            assertThat(failures)
                    .extracting(BulkDeleteCollecting.Failure::key)
                    .containsExactlyInAnyOrderElementsOf(watched.refused());
            assertThat(summary.deleted()).isEqualTo(KEYS - watched.refused().size());
            assertThat(summary.failed()).isEqualTo(watched.refused().size());
            assertThat(summary.exitCode()).isEqualTo(1);
            assertThat(tried.sum()).isEqualTo(KEYS);
            assertThat(watched.pages).as("full pages, and the end").hasValue(KEYS / 100 + 1);
        });
    }

    @Test
    void collectingWaitsForASlowCollectorAndWithItTheSource() throws Exception {
        assertNoThreadLeft(() -> {
            int keys = 100_000; // more than the broker's ring and all queues hold
            SampleStore store = new SampleStore(keys, 1); // nothing can be deleted
            AtomicInteger tried = new AtomicInteger();
            AtomicInteger collected = new AtomicInteger();
            AtomicInteger triedBeforeTheSecond = new AtomicInteger();
            CountDownLatch never = new CountDownLatch(1);
            BulkDeleteCollecting.Summary summary = BulkDeleteCollecting.deleteAll(
                    Generator.keysOf(store::page),
                    key -> {
                        tried.incrementAndGet();
                        store.delete(key);
                    },
                    failure -> {
                        if (collected.incrementAndGet() == 1) {
                            int before;
                            do { // until all stand still, which they never would without a bound
                                before = tried.get();
                                assertThat(never.await(200, TimeUnit.MILLISECONDS))
                                        .isFalse();
                            } while (tried.get() != before);
                            triedBeforeTheSecond.set(before);
                        }
                    },
                    () -> {});
            assertThat(summary).isEqualTo(new BulkDeleteCollecting.Summary(0, keys));
            assertThat(collected).hasValue(keys);
            assertThat(triedBeforeTheSecond.get())
                    .as("tried while nobody collects")
                    .isBetween(1, keys - 1);
            assertThat(store.keys()).hasSize(keys);
        });
    }

    @Test
    void stoppingBeginsNoMoreAfterTheLastErrorAllowed() throws Exception {
        assertNoThreadLeft(() -> {
            int most = 10;
            WatchedStore watched = new WatchedStore(7);
            LongAdder tried = new LongAdder();
            BulkDeleteStopping.Summary summary = BulkDeleteStopping.deleteAll(
                    Generator.keysOf(watched::page), watched::delete, most, tried::increment);

            int left = watched.store.keys().size();
            assertThat(summary.stopped()).isTrue();
            assertThat(summary.exitCode()).isEqualTo(1);
            assertThat(summary.failed()).isBetween(most, most + WORKERS - 1);
            assertThat(watched.tried)
                    .allSatisfy((key, times) -> assertThat(times).isEqualTo(1));
            assertThat(summary.deleted()).isEqualTo(KEYS - left);
            assertThat(summary.deleted() + summary.failed())
                    .isEqualTo(watched.tried.size())
                    .isEqualTo(tried.sum());
            assertThat(watched.working.inside()).as("still deleting").isZero();
            assertThat(watched.working.most()).isEqualTo(WORKERS);
        });
    }

    /** Each worker that is under way may fail, no other: not one that begins after the failure was counted. */
    @Test
    void stoppingIsExactHoweverFastTheWorkersAreAndEndsAnEndlessSource() throws Exception {
        int most = 10;
        Generator.Source endless = token -> {
            int page = token == null ? 0 : Integer.parseInt(token);
            return new Page(List.of(page + "a", page + "b"), Integer.toString(page + 1));
        };
        for (int round = 0; round < 20; round++) {
            BulkDeleteStopping.Summary summary = BulkDeleteStopping.deleteAll(
                    Generator.keysOf(endless),
                    key -> {
                        throw new IOException("locked");
                    },
                    most,
                    () -> {});
            assertThat(summary.deleted()).isZero();
            assertThat(summary.stopped()).isTrue();
            assertThat(summary.failed()).isBetween(most, most + WORKERS - 1);
        }
    }

    @Test
    void stoppingLooksAtTheCountBeforeItFetchesAPage() throws Exception {
        WatchedStore watched = new WatchedStore(0);
        BulkDeleteStopping.Summary summary =
                BulkDeleteStopping.deleteAll(Generator.keysOf(watched::page), watched::delete, 0, () -> {});
        assertThat(summary).isEqualTo(new BulkDeleteStopping.Summary(0, 0, true));
        assertThat(watched.pages).hasValue(0);
    }

    @Test
    void anErrorIsAFailureLikeAnother() throws Exception {
        List<String> keys = List.of("a", "b", "c");
        List<BulkDeleteCollecting.Failure> failures = new ArrayList<>();
        BulkDeleteCollecting.Summary collecting =
                BulkDeleteCollecting.deleteAll(keys, BulkDeleteTest::failWithAnError, failures::add, () -> {});
        assertThat(collecting).isEqualTo(new BulkDeleteCollecting.Summary(0, 3));
        assertThat(collecting.exitCode()).isEqualTo(1);
        assertThat(failures).extracting(BulkDeleteCollecting.Failure::key).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(failures).allSatisfy(failure -> assertThat(failure.cause()).hasMessage("on purpose"));

        BulkDeleteStopping.Summary stopping =
                BulkDeleteStopping.deleteAll(keys, BulkDeleteTest::failWithAnError, 1, () -> {});
        assertThat(stopping.stopped()).isTrue();
        assertThat(stopping.exitCode()).isEqualTo(1);
    }

    private static void failWithAnError(String key) {
        throw new AssertionError("on purpose");
    }

    @Test
    void bothDeleteEverythingWhereNothingFails() throws Exception {
        WatchedStore first = new WatchedStore(0);
        BulkDeleteStopping.Summary stopping =
                BulkDeleteStopping.deleteAll(Generator.keysOf(first::page), first::delete, 1, () -> {});
        assertThat(stopping).isEqualTo(new BulkDeleteStopping.Summary(KEYS, 0, false));
        assertThat(stopping.exitCode()).isZero();
        assertThat(first.store.keys()).isEmpty();

        WatchedStore second = new WatchedStore(0);
        BulkDeleteCollecting.Summary collecting =
                BulkDeleteCollecting.deleteAll(Generator.keysOf(second::page), second::delete, failure -> {}, () -> {});
        assertThat(collecting).isEqualTo(new BulkDeleteCollecting.Summary(KEYS, 0));
        assertThat(collecting.exitCode()).isZero();
        assertThat(second.store.keys()).isEmpty();
    }

    @Test
    void aSourceThatFailsEndsTheDeletionAndLeavesNoThread() throws Exception {
        assertNoThreadLeft(() -> {
            SampleStore store = new SampleStore(KEYS, 0);
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> BulkDeleteCollecting.deleteAll(
                            Generator.keysOf(token -> {
                                if (token != null) {
                                    throw new IOException("gone");
                                }
                                return store.page(null);
                            }),
                            store::delete,
                            failure -> {},
                            () -> {}));
            assertThat(store.keys()).as("the first page was deleted").hasSize(KEYS - 100);
        });
    }

    @Test
    void theSpinnerShowsTheCount() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (Spinner spinner = new Spinner("deleting", new DelegatingProgressBarConsumer(lines::add, 79))) {
            Contention.together(4, index -> {
                for (int i = 0; i < 250; i++) {
                    spinner.step();
                }
            });
        }
        assertThat(lines.get(lines.size() - 1)).startsWith("deleting").contains("1000");
    }
}
