package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Topic;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * A circuit breaker around a handler, by Resilience4j. For a handler that calls a service which, when it is down, should be
 * left in peace, and not be waited for by every event. When too many of the last calls have failed the service is not
 * called for a while, and events go to another handler at once; then a few are let through, and if they succeed all are.
 * Every event is handled, failed or given to the other handler. An event that fails while the circuit is closed is not
 * given to the other one: it is a dead letter ({@link DeadLetters}).
 */
final class CircuitBreakerHandler {
    private CircuitBreakerHandler() {}

    static <T> Handler<T> guarded(CircuitBreaker breaker, Handler<T> handler, Handler<T> whileOpen) {
        return event -> {
            try {
                breaker.executeCallable(() -> {
                    handler.handle(event);
                    return true;
                });
            } catch (CallNotPermittedException e) {
                whileOpen.handle(event);
            }
        };
    }

    /** Opens when half of the last so many calls have failed, tries again after a while. */
    static CircuitBreaker breaker(int calls, Duration openFor) {
        return CircuitBreaker.of(
                "breaker",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(calls)
                        .minimumNumberOfCalls(calls)
                        .failureRateThreshold(50)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitDurationInOpenState(openFor)
                        .build());
    }

    static void run(PrintWriter out) {
        Topic<String> payments = Topic.of("payments", String.class);
        Handler<String> bank = payment -> {
            out.println("calling the bank for " + payment);
            throw new IllegalStateException("the bank does not answer");
        };
        try (Broker broker = Broker.open()) {
            broker.subscription(payments)
                    .named("bank")
                    .overflow(BACKPRESSURE)
                    .onEvent(guarded(
                            breaker(2, Duration.ofMinutes(1)),
                            bank,
                            payment -> out.println("the circuit is open, parked: " + payment)));
            for (String payment : new String[] {"ann", "bob", "eve", "joe"}) {
                broker.publish(payments, payment);
            }
        }
    }
}
