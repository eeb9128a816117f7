package io.eventbroker.examples.service;

import static io.eventbroker.examples.service.model.ReturnEvent.RETURNS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.eventbroker.Broker;
import io.eventbroker.BrokerConfig;
import io.eventbroker.Overflow;
import io.eventbroker.examples.service.Duty.Task;
import io.eventbroker.examples.service.model.ReturnEvent;
import io.eventbroker.examples.service.model.ReturnEvent.ReturnCreated;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A desk whose table is a list. */
class DeskTest {
    private static final String NAME = "desk";

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(Desk.class);

    /** More than a desk asks its table for at once. */
    private static final int MANY = 250;

    private final List<UUID> outstanding = Collections.synchronizedList(new ArrayList<>());
    private final List<UUID> tried = Collections.synchronizedList(new ArrayList<>());

    private Broker broker;

    @BeforeEach
    void open() {
        LOGGER.setLevel(Level.ERROR); // what fails here is meant to
        broker = Broker.open(BrokerConfig.defaults());
        for (int i = 0; i < 2 * MANY; i++) {
            outstanding.add(UUID.randomUUID());
        }
    }

    @AfterEach
    void close() {
        broker.close(ServiceClient.PATIENCE);
        LOGGER.setLevel(null);
    }

    @Test
    void tasksThatFailHoldUpNoOther() throws Exception {
        List<UUID> all = List.copyOf(outstanding);
        List<UUID> hopeless = all.subList(0, MANY);
        Desk<?> desk = desk(id -> {
            if (hopeless.contains(id)) {
                throw new IllegalStateException("hopeless");
            }
        });

        desk.catchUp();

        assertThat(outstanding).isEqualTo(hopeless);
        assertThat(tried).isEqualTo(all);
    }

    @Test
    void anErrorOfOneTaskHoldsUpNoOtherEither() throws Exception {
        UUID hopeless = outstanding.get(0);
        Desk<?> desk = desk(id -> {
            if (id.equals(hopeless)) {
                throw new StackOverflowError();
            }
        });

        desk.catchUp();

        assertThat(outstanding).containsExactly(hopeless);
    }

    @Test
    void whereTheDatabaseCannotBeReachedTheOthersAreNotTried() {
        Desk<?> desk = desk(id -> {
            throw new ConnectionException(new SQLException("down"));
        });

        assertThatThrownBy(desk::catchUp).isInstanceOf(ConnectionException.class);
        assertThat(tried).hasSize(1);
    }

    @Test
    void anErrorDoesNotEndCatchingUp() {
        AtomicBoolean isSecond = new AtomicBoolean();
        Desk<?> desk = desk(
                atMost -> {
                    if (!isSecond.getAndSet(true)) {
                        throw new AssertionError("the first time");
                    }
                    return first(atMost);
                },
                id -> {});
        CatchUp catchUp = CatchUp.of(List.of(desk));
        try {
            await().atMost(ServiceClient.PATIENCE).until(outstanding::isEmpty);
        } finally {
            catchUp.stop(Duration.ZERO);
        }
    }

    @Test
    void aPolicyThatIsChosenWhileADisconnectedDeskSubscribesAnewHolds() throws Exception {
        outstanding.clear();
        CountDownLatch over = new CountDownLatch(1);
        Desk<?> desk = desk(id -> awaitUninterruptibly(over));
        desk.overflow(Overflow.DISCONNECT);
        FutureTask<Void> work = new FutureTask<>(() -> {
            desk.catchUp();
            return null;
        });
        Thread catchUp = new Thread(work, "catch-up");
        try {
            for (int i = 0; i < 2 * Desk.CAPACITY; i++) {
                broker.publish(RETURNS, created());
            }
            await().atMost(ServiceClient.PATIENCE)
                    .until(() -> broker.stats().subscriptions().stream()
                            .noneMatch(one -> one.name().equals(NAME)));
            synchronized (desk) { // as if the policy were just being changed
                catchUp.start();
                await().atMost(ServiceClient.PATIENCE).until(() -> catchUp.getState() == Thread.State.BLOCKED);
                desk.overflow(Overflow.DROP_OLDEST);
            }
            work.get(ServiceClient.PATIENCE.toSeconds(), TimeUnit.SECONDS);

            assertThat(desk.overflow()).isEqualTo(Overflow.DROP_OLDEST);
        } finally {
            over.countDown();
        }
    }

    private Desk<?> desk(Consumer<UUID> work) {
        return desk(this::first, work);
    }

    private Desk<?> desk(IntFunction<List<UUID>> table, Consumer<UUID> work) {
        IntFunction<List<Task>> tasks =
                atMost -> table.apply(atMost).stream().map(id -> task(id, work)).toList();
        return new Desk<>(
                broker, new Duty<>(NAME, ReturnEvent.CREATED, created -> task(created.returnId(), work), tasks));
    }

    private Task task(UUID id, Consumer<UUID> work) {
        return new Task(id, () -> {
            tried.add(id);
            work.accept(id);
            outstanding.remove(id);
            return Optional.empty();
        });
    }

    private List<UUID> first(int atMost) {
        return List.copyOf(outstanding.subList(0, Math.min(atMost, outstanding.size())));
    }

    private static ReturnCreated created() {
        return new ReturnCreated(UUID.randomUUID(), "700014", "T1008", 1, BigDecimal.ONE, null, "Germany");
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
