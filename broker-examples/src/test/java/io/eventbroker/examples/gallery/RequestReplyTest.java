package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventbroker.Broker;
import io.eventbroker.BrokerClosedException;
import io.eventbroker.BrokerStats;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Questions to a broker that has gone. */
class RequestReplyTest {
    @Test
    void whoAsksAClosedBrokerIsToldByTheFutureAtOnce() {
        try (Broker broker = Broker.open()) {
            assertThat(broker.close(PATIENCE).state()).isEqualTo(BrokerStats.State.CLOSED);
            CompletableFuture<Integer> reply = RequestReply.ask(broker, "lamp", PATIENCE);
            assertThat(reply).isDone();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(reply::get)
                    .withCauseInstanceOf(BrokerClosedException.class);
        }
    }
}
