package io.eventbroker.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.Broker;
import io.eventbroker.Overflow;
import io.eventbroker.Topic;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A handler behind a rate limiter of Resilience4j, with and without checked exceptions. */
class RateLimitTest {
    private record Mail(String to) {}

    private static final Topic<Mail> MAILS = Topic.of("mails", Mail.class);

    private static final class Mailer {
        final List<Mail> sent = new ArrayList<>();
        final CompletableFuture<Integer> enough = new CompletableFuture<>();

        void send(Mail mail) {
            sent.add(mail);
            if (sent.size() == 3) {
                enough.complete(3);
            }
        }

        void sendOrFail(Mail mail) throws IOException {
            if (mail.to().isEmpty()) {
                throw new IOException("nowhere to send it");
            }
            send(mail);
        }
    }

    @Test
    void mailsGoOutNoFasterThanTheLimiterAllows() throws Exception {
        RateLimiter strict = RateLimiter.of(
                "two an hour",
                RateLimiterConfig.custom()
                        .limitForPeriod(2)
                        .limitRefreshPeriod(Duration.ofHours(1))
                        .timeoutDuration(Duration.ZERO)
                        .build());
        RateLimiter brisk = RateLimiter.of(
                "one a millisecond",
                RateLimiterConfig.custom()
                        .limitForPeriod(1)
                        .limitRefreshPeriod(Duration.ofMillis(1))
                        .timeoutDuration(Duration.ofMinutes(1))
                        .build());
        Mailer limited = new Mailer();
        Mailer checked = new Mailer();
        try (Broker broker = Broker.open()) {
            var first = broker.subscribe(MAILS, RateLimiter.decorateConsumer(strict, limited::send)::accept);
            var second = broker.subscription(MAILS)
                    .overflow(Overflow.BACKPRESSURE)
                    .capacity(1)
                    .onEvent(mail -> {
                        RateLimiter.waitForPermission(brisk);
                        checked.sendOrFail(mail);
                    });
            for (String to : List.of("ann", "", "bob", "eve")) {
                broker.publish(MAILS, new Mail(to));
            }
            assertThat(checked.enough.get(40, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(broker.awaitQuiescence(Duration.ofSeconds(40))).isTrue();

            assertThat(first.stats().handled()).isEqualTo(2);
            assertThat(first.stats().failed()).isEqualTo(2);
            assertThat(second.stats().failed()).isEqualTo(1);
        }
        assertThat(limited.sent).containsExactly(new Mail("ann"), new Mail(""));
        assertThat(checked.sent).containsExactly(new Mail("ann"), new Mail("bob"), new Mail("eve"));
    }
}
