package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;
import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static io.eventbroker.examples.gallery.Contention.awaitLatch;
import static io.eventbroker.examples.gallery.Contention.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Subscription;
import io.eventbroker.Topic;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The examples that limit a handler: by time, by failures, and by how many are inside. */
class LimitsTest {
    private static final Topic<Integer> CALLS = Topic.of("calls", Integer.class);
    private static final Topic<Integer> OTHERS = Topic.of("others", Integer.class);

    @Test
    void theRateIsNeverExceededAndNothingIsLost() throws Exception {
        int permits = 5;
        int events = 50;
        Duration period = Duration.ofMillis(20);
        RateLimiter limiter = RateLimitedHandler.limiter(permits, period, PATIENCE);
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        long start = System.nanoTime();
        try (Broker broker = Broker.open()) {
            broker.subscription(CALLS)
                    .concurrency(8)
                    .overflow(BACKPRESSURE)
                    .onEvent(RateLimitedHandler.limited(limiter, event -> times.add(System.nanoTime() - start)));
            together(4, index -> {
                for (int i = index; i < events; i += 4) {
                    broker.publish(CALLS, i);
                }
            });
            assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
        }
        assertThat(times).hasSize(events);
        Collections.sort(times);
        for (int i = 0; i < events; i++) {
            // the limiter was made before the start, by less than a period: so many have begun since then
            long periods = i / permits - 1;
            assertThat(times.get(i)).as("call " + i).isGreaterThanOrEqualTo(periods * period.toNanos());
        }
    }

    @Test
    void whatGetsNoPermitInTimeFails() throws Exception {
        RateLimiter limiter = RateLimitedHandler.limiter(10, Duration.ofHours(1), Duration.ZERO);
        AtomicInteger calls = new AtomicInteger();
        try (Broker broker = Broker.open()) {
            Subscription subscription = broker.subscription(CALLS)
                    .concurrency(8)
                    .overflow(BACKPRESSURE)
                    .onEvent(RateLimitedHandler.limited(limiter, event -> calls.incrementAndGet()));
            together(4, index -> {
                for (int i = 0; i < 25; i++) {
                    broker.publish(CALLS, i);
                }
            });
            assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
            assertThat(calls).hasValue(10);
            assertThat(subscription.stats().handled()).isEqualTo(10);
            assertThat(subscription.stats().failed()).isEqualTo(90);
        }
    }

    @Test
    void anOpenCircuitLeavesTheServiceInPeaceAndClosesWhenItIsBack() throws Exception {
        int workers = 4;
        int window = 10;
        CircuitBreaker breaker = CircuitBreakerHandler.breaker(window, Duration.ofHours(1));
        AtomicBoolean isDown = new AtomicBoolean(true);
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger parked = new AtomicInteger();
        Handler<Integer> bank = CircuitBreakerHandler.guarded(
                breaker,
                event -> {
                    calls.incrementAndGet();
                    if (isDown.get()) {
                        throw new IOException("down");
                    }
                },
                event -> parked.incrementAndGet());
        try (Broker broker = Broker.open()) {
            Subscription subscription = broker.subscription(CALLS)
                    .concurrency(workers)
                    .overflow(BACKPRESSURE)
                    .onEvent(bank);
            int each = 50;
            Contention.Share publishing = index -> {
                for (int i = 0; i < each; i++) {
                    broker.publish(CALLS, i);
                }
            };
            together(4, publishing);
            assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
            assertThat(breaker.getState()).isEqualTo(State.OPEN);
            int failed = calls.get(); // those that came while it was about to open are among them
            assertThat(failed).isGreaterThanOrEqualTo(window);
            assertThat(subscription.stats().failed()).isEqualTo(failed);
            assertThat(parked).hasValue(4 * each - failed);

            together(4, publishing);
            assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
            assertThat(calls).as("calls of a broken service").hasValue(failed);
            assertThat(parked).hasValue(8 * each - failed);

            isDown.set(false);
            breaker.transitionToHalfOpenState(); // instead of an hour
            int before = calls.get();
            broker.publish(CALLS, 1);
            assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
            assertThat(breaker.getState()).isEqualTo(State.CLOSED);
            broker.publish(CALLS, 2);
            assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
            assertThat(calls.get()).isEqualTo(before + 2);
        }
    }

    @Test
    void aCircuitThatIsTriedTooEarlyOpensAgain() throws Exception {
        CircuitBreaker breaker = CircuitBreakerHandler.breaker(2, Duration.ofHours(1));
        AtomicInteger parked = new AtomicInteger();
        Handler<Integer> bank = CircuitBreakerHandler.guarded(
                breaker,
                event -> {
                    throw new IOException("down");
                },
                event -> parked.incrementAndGet());
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> bank.handle(1));
        }
        bank.handle(1);
        assertThat(parked).hasValue(1);
        breaker.transitionToHalfOpenState();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> bank.handle(1));
        assertThat(breaker.getState()).isEqualTo(State.OPEN);
    }

    @Test
    void noMoreThanSoManyAreInsideWhicheverWayTheyCome() throws Exception {
        int most = 3;
        SemaphoreBulkhead bulkhead = new SemaphoreBulkhead(most);
        Contention.Gauge inside = new Contention.Gauge();
        CountDownLatch full = new CountDownLatch(most);
        AtomicInteger done = new AtomicInteger();
        Handler<Integer> handler = bulkhead.around(event -> {
            inside.enter();
            full.countDown();
            awaitLatch(full);
            inside.leave();
            done.incrementAndGet();
            if (event % 10 == 0) {
                throw new IOException("no " + event);
            }
        });
        try (Broker broker = Broker.open()) {
            for (Topic<Integer> topic : List.of(CALLS, OTHERS)) {
                broker.subscription(topic).concurrency(4).overflow(BACKPRESSURE).onEvent(handler);
            }
            together(4, index -> {
                for (int i = 0; i < 200; i++) {
                    int event = i;
                    broker.publish(i % 2 == 0 ? CALLS : OTHERS, i);
                    assertThat(bulkhead.<Integer>call(() -> {
                                inside.enter();
                                inside.leave();
                                return event;
                            }))
                            .isEqualTo(event);
                }
            });
        }
        assertThat(done).hasValue(800);
        assertThat(inside.most()).isEqualTo(most);
        assertThat(bulkhead.free()).isEqualTo(most);
    }

    @Test
    void whoFindsNoPermitInTimeDoesNotBegin() throws Exception {
        SemaphoreBulkhead bulkhead = new SemaphoreBulkhead(1);
        AtomicInteger begun = new AtomicInteger();
        String outer = bulkhead.call(() -> {
            assertThat(bulkhead.tryCall(begun::incrementAndGet, Duration.ofMillis(5)))
                    .isEmpty();
            return "outer";
        });
        assertThat(outer).isEqualTo("outer");
        assertThat(begun).hasValue(0);
        assertThat(bulkhead.tryCall(begun::incrementAndGet, PATIENCE)).contains(1);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> bulkhead.call(() -> {
                    throw new IOException("failed inside");
                }));
        assertThat(bulkhead.free()).isEqualTo(1);
    }
}
