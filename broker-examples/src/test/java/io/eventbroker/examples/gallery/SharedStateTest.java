package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static io.eventbroker.examples.gallery.Contention.awaitLatch;
import static io.eventbroker.examples.gallery.Contention.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The examples of state that threads share: nothing is lost, nothing had by two, changes are whole. */
class SharedStateTest {
    @Test
    void countersLoseNothingAndNumbersAreGivenOnce() throws Exception {
        int threads = 8;
        int each = 10_000;
        AtomicCounters counters = new AtomicCounters();
        Set<Long> numbers = ConcurrentHashMap.newKeySet();
        together(threads, index -> {
            for (int i = 0; i < each; i++) {
                assertThat(numbers.add(counters.nextNumber())).isTrue();
                counters.request(index * each + i);
            }
        });
        assertThat(numbers).hasSize(threads * each).contains(1L, (long) threads * each);
        assertThat(counters.requests()).isEqualTo(threads * each);
        assertThat(counters.slowest()).isEqualTo(threads * each - 1);
    }

    @Test
    void theStockIsLoadedOnceAndNothingIsSoldTwice() throws Exception {
        int units = 1_000;
        Map<String, AtomicInteger> loads = new ConcurrentHashMap<>();
        ConcurrentStock stock = new ConcurrentStock(sku -> {
            loads.computeIfAbsent(sku, key -> new AtomicInteger()).incrementAndGet();
            for (int i = 0; i < 20; i++) {
                Thread.yield(); // so that others come while it loads
            }
            return units;
        });
        AtomicInteger sold = new AtomicInteger();
        AtomicInteger delivered = new AtomicInteger();
        together(8, index -> {
            for (int i = 0; i < 1_000; i++) {
                if (index % 2 == 0) {
                    stock.add("lamp", 3);
                    delivered.addAndGet(3);
                } else if (stock.take("lamp", 2)) {
                    sold.addAndGet(2);
                }
                assertThat(stock.units("lamp")).isNotNegative();
                assertThat(stock.units("sku " + i % 200)).isEqualTo(units);
            }
        });
        assertThat(stock.units("lamp")).isEqualTo(units + delivered.get() - sold.get());
        assertThat(loads)
                .hasSize(201)
                .allSatisfy((sku, times) -> assertThat(times).hasValue(1));
    }

    @Test
    void aPoolMakesSoManyAndLendsEachToOneAtATime() throws Exception {
        int size = 3;
        AtomicInteger made = new AtomicInteger();
        ObjectPool<AtomicBoolean> pool = new ObjectPool<>(size, () -> {
            made.incrementAndGet();
            return new AtomicBoolean();
        });
        Contention.Gauge lent = new Contention.Gauge();
        CountDownLatch allLent = new CountDownLatch(size);
        together(8, index -> {
            for (int i = 0; i < 500; i++) {
                ObjectPool<AtomicBoolean>.Lease lease = pool.borrow(PATIENCE);
                try {
                    lent.enter();
                    allLent.countDown();
                    awaitLatch(allLent);
                    assertThat(lease.get().compareAndSet(false, true))
                            .as("nobody else has it")
                            .isTrue();
                    Thread.yield();
                    lease.get().set(false);
                    lent.leave();
                } finally {
                    lease.close();
                    lease.close(); // does nothing
                }
            }
        });
        assertThat(made).hasValue(size);
        assertThat(lent.most()).isEqualTo(size);
        assertThat(pool.idle()).isEqualTo(size);
    }

    @Test
    void aPoolThatIsEmptyTellsInTimeAndABrokenObjectIsReplaced() throws Exception {
        AtomicInteger made = new AtomicInteger();
        ObjectPool<Integer> pool = new ObjectPool<>(1, made::incrementAndGet);
        ObjectPool<Integer>.Lease lease = pool.borrow(PATIENCE);
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> pool.borrow(Duration.ofMillis(5)))
                .withMessageContaining("PT0.005S");
        lease.replace();
        lease.close();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(lease::get);
        try (ObjectPool<Integer>.Lease next = pool.borrow(PATIENCE)) {
            assertThat(next.get()).isEqualTo(2);
        }
        assertThat(pool.idle()).isEqualTo(1);
    }

    @Test
    void readersReadTogetherWritersAloneAndChangesAreWhole() throws Exception {
        ReadWriteTable<String, Integer> accounts = new ReadWriteTable<>();
        accounts.write(map -> {
            map.put("ann", 1_000);
            map.put("bob", 0);
        });
        CountDownLatch twoReaders = new CountDownLatch(2);
        AtomicInteger readers = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        AtomicInteger transfers = new AtomicInteger();
        together(
                2,
                index -> accounts.read(
                        map -> { // before there are writers, behind whom a reader would wait
                            twoReaders.countDown();
                            try {
                                awaitLatch(twoReaders);
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                            return true;
                        }));
        together(6, index -> {
            for (int i = 0; i < 500; i++) {
                if (index == 5) {
                    accounts.write(map -> {
                        if (readers.get() > 0) {
                            together.incrementAndGet();
                        }
                        map.merge("ann", -1, Integer::sum);
                        Thread.yield();
                        map.merge("bob", 1, Integer::sum);
                        transfers.incrementAndGet();
                    });
                } else {
                    int sum = accounts.read(map -> {
                        readers.incrementAndGet();
                        int both = map.get("ann") + map.get("bob");
                        readers.decrementAndGet();
                        return both;
                    });
                    assertThat(sum).isEqualTo(1_000);
                }
            }
        });
        assertThat(together).as("writers among readers").hasValue(0);
        int received = accounts.read(map -> map.get("bob"));
        assertThat(received).isEqualTo(transfers.get());
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> accounts.write(map -> {
                    throw new IllegalStateException("on purpose");
                }));
        accounts.write(Map::clear); // the lock was let go of
    }
}
