package io.eventbroker.examples.returns;

import static io.eventbroker.examples.returns.ReturnEvent.RETURNS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the replay is wired to the broker. */
class ReplayTest {
    @TempDir
    Path folder;

    @Test
    void anOnlookerSeesTheReturnsInTheirOrder() throws IOException {
        List<ReturnCreated> returns = RetailFile.sample().returns();
        List<ReturnEvent> seen = new ArrayList<>();

        replay(Duration.ofMinutes(10)).run(returns, broker -> broker.subscribe(RETURNS, seen::add));

        assertThat(seen).filteredOn(ReturnCreated.class::isInstance).isEqualTo(returns);
    }

    @Test
    void nothingIsLostHoweverMuchThereIsAndHoweverLittleMayWait() throws IOException {
        // only what has no customer, so that no mails are written
        List<ReturnCreated> returns = RetailFile.sample().returns().stream()
                .filter(created -> created.customer() == null)
                .toList();
        Map<DepartmentName, Integer> one = new EnumMap<>(DepartmentName.class);
        for (DepartmentName name : DepartmentName.values()) {
            one.put(name, 1);
        }
        Replay replay = new Replay(
                new Replay.Settings(5_000, null, one, Map.of(), Map.of(), Duration.ofMinutes(10)), Outbox.in(folder));

        Replay.Result result = replay.run(returns, broker -> {});

        assertThat(result.published()).isEqualTo(2 * 5_000);
        assertThat(result.billing().reviews()).isEqualTo(2 * 5_000);
        assertThat(result.audit().seen()).isEqualTo(4 * 2 * 5_000);
        assertThat(result.subscriptions().values()).allMatch(stats -> stats.dropped() == 0);
        assertThat(result.ledger().differences()).isEmpty();
    }

    @Test
    void aHandlerThatWillNotStopIsNamed() throws IOException {
        CountDownLatch released = new CountDownLatch(1);
        List<ReturnCreated> returns = RetailFile.sample().returns();
        try {
            assertThatIllegalStateException()
                    .isThrownBy(() -> replay(Duration.ofMillis(100))
                            .run(
                                    returns,
                                    broker -> broker.subscription(RETURNS)
                                            .named("deaf")
                                            .onEvent(event -> awaitWhateverHappens(released))))
                    .withMessage("deaf did not stop within PT0.1S");
        } finally {
            released.countDown();
        }
    }

    private Replay replay(Duration patience) throws IOException {
        return new Replay(new Replay.Settings(1, null, Map.of(), Map.of(), Map.of(), patience), Outbox.in(folder));
    }

    private static void awaitWhateverHappens(CountDownLatch released) {
        boolean interrupted = true;
        while (interrupted) {
            try {
                released.await();
                interrupted = false;
            } catch (InterruptedException e) {
                // will not stop
            }
        }
    }
}
