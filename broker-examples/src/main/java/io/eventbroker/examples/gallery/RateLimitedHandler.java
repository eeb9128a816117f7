package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Topic;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * A rate limiter around a handler, by Resilience4j. For a handler that calls a service which allows so many calls a second.
 * The handler is called no more often than the limiter permits, whichever threads and subscriptions share it; with a
 * waiting time events wait for a permit, and with {@code BACKPRESSURE} so do the publishers, so none is lost; an event
 * whose permit does not come in time fails, and is a dead letter. It limits calls begun, not calls under way: for that
 * see {@link SemaphoreBulkhead}.
 */
final class RateLimitedHandler {
    private RateLimitedHandler() {}

    static <T> Handler<T> limited(RateLimiter limiter, Handler<T> handler) {
        return event -> {
            RateLimiter.waitForPermission(limiter); // throws RequestNotPermitted
            handler.handle(event);
        };
    }

    static RateLimiter limiter(int calls, Duration period, Duration waiting) {
        return RateLimiter.of(
                calls + " in " + period,
                RateLimiterConfig.custom()
                        .limitForPeriod(calls)
                        .limitRefreshPeriod(period)
                        .timeoutDuration(waiting)
                        .build());
    }

    static void run(PrintWriter out) {
        Topic<String> mails = Topic.of("mails", String.class);
        RateLimiter twoAtATime = limiter(2, Duration.ofMillis(100), Duration.ofSeconds(10));
        try (Broker broker = Broker.open()) {
            long start = System.nanoTime();
            Handler<String> mailer = mail -> out.printf("%3d ms: %s%n", (System.nanoTime() - start) / 1_000_000, mail);
            broker.subscription(mails)
                    .named("mailer")
                    .concurrency(3)
                    .overflow(BACKPRESSURE)
                    .onEvent(limited(twoAtATime, mailer));
            for (String mail : new String[] {"ann", "bob", "eve", "joe", "sue"}) {
                broker.publish(mails, mail);
            }
        }
    }
}
