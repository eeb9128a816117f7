package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.eventbroker.examples.service.model.Department;
import io.eventbroker.examples.service.model.ReturnEvent.ReturnCreated;
import io.eventbroker.examples.service.store.Database;
import io.eventbroker.examples.service.store.ReturnStore;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the broker lost, or was never given: in the tables each effect is there once. */
class CatchUpTest {
    private static final int MANY = 3 * Desk.CAPACITY;

    /** In milliseconds, and as slow as a department can be made, so that its queue fills on any machine. */
    private static final int SLOW = 2_000;

    @TempDir
    Path folder;

    private String url;

    @BeforeEach
    void nameTheDatabase() {
        url = RunningService.fileIn(folder);
    }

    @Tag("slow")
    @Test
    void whatAnEarlierProcessLeftUndoneIsDoneFromTheStart() throws Exception {
        try (Database database = Database.open(url)) {
            ReturnStore store = new ReturnStore(database.connections());
            for (int i = 0; i < 20; i++) {
                ReturnCreated created = napkins();
                store.add(created);
                for (Department department : List.of(Department.values()).subList(0, i % 5)) {
                    assertThat(store.record(department, department.decide(created)))
                            .isTrue();
                }
            }
        }

        try (RunningService running = RunningService.on(url)) {
            running.client.awaitCompleted();
        }

        assertEachEffectOnce(20);
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"DROP_NEWEST", "DROP_OLDEST", "CONFLATE"})
    void whatADepartmentDroppedItDoesLater(String policy) throws Exception {
        try (RunningService running = RunningService.on(url)) {
            running.client.control("warehouse", SLOW, policy);
            create(running.client, MANY);

            JsonNode warehouse = running.client.subscription("warehouse");
            assertThat(warehouse.get("dropped").asLong()).isPositive();
            assertThat(warehouse.get("depth").asLong()).isLessThanOrEqualTo(Desk.CAPACITY);
            running.client.control("warehouse", 0, policy);
            running.client.awaitCompleted();
        }

        assertEachEffectOnce(MANY);
    }

    @Tag("slow")
    @Test
    void withBackpressureNothingIsDroppedAndClientsDoNotWaitForEver() throws Exception {
        int tooMany = Desk.CAPACITY + 10;
        try (RunningService running = RunningService.on(url)) {
            running.client.control("warehouse", SLOW, "BACKPRESSURE");
            create(running.client, tooMany);

            JsonNode warehouse = running.client.subscription("warehouse");
            assertThat(warehouse.get("dropped").asLong()).isZero();
            assertThat(running.client.stats().get("refused").asLong())
                    .as("events given up")
                    .isPositive();
            running.client.control("warehouse", 0, "BACKPRESSURE");
            running.client.awaitCompleted();
        }

        assertEachEffectOnce(tooMany);
    }

    @Tag("slow")
    @Test
    void aDepartmentThatWasDisconnectedSubscribesAnew() throws Exception {
        try (RunningService running = RunningService.on(url)) {
            running.client.control("warehouse", SLOW, "DISCONNECT");
            create(running.client, MANY);
            running.client.delay("warehouse", 0);
            running.client.awaitCompleted();

            JsonNode warehouse = running.client.subscription("warehouse");
            assertThat(warehouse.get("overflow").asText()).isEqualTo("DISCONNECT");
            assertThat(warehouse.get("delivered").asLong())
                    .as("events of the subscription that there is now")
                    .isLessThan(MANY);
        }

        assertEachEffectOnce(MANY);
    }

    @Tag("slow")
    @Test
    void whatWaitedWhenThePolicyWasChangedIsNotLost() throws Exception {
        try (RunningService running = RunningService.on(url)) {
            running.client.control("billing", 200, "DROP_NEWEST");
            create(running.client, 20);
            running.client.control("billing", 0, "DROP_OLDEST");
            running.client.awaitCompleted();

            assertThat(running.client.subscription("billing").get("overflow").asText())
                    .isEqualTo("DROP_OLDEST");
        }

        assertEachEffectOnce(20);
    }

    @ParameterizedTest
    @EnumSource(Department.class)
    void ofManyWhoRecordTheSameEffectOneDoes(Department department) throws Exception {
        RecordingAtOnce.assertOnlyOneDoes(url, department);
    }

    @Test
    void aReturnIsCompletedOnceAndOnlyWhenEveryDepartmentHasDecided() throws Exception {
        try (Database database = Database.open(url)) {
            ReturnStore store = new ReturnStore(database.connections());
            ReturnCreated created = napkins();
            store.add(created);
            for (Department department : Department.values()) {
                assertThat(store.complete(created.returnId())).isFalse();
                assertThat(store.decided(10)).isEmpty();
                assertThat(store.undecided(department, 10)).containsExactly(created);
                assertThat(store.record(department, department.decide(created))).isTrue();
                assertThat(store.undecided(department, 10)).isEmpty();
            }
            assertThat(store.decided(10)).containsExactly(created.returnId());
            assertThat(store.complete(created.returnId())).isTrue();
            assertThat(store.complete(created.returnId())).isFalse();
            assertThat(store.decided(10)).isEmpty();
        }
    }

    static ReturnCreated napkins() {
        return new ReturnCreated(
                UUID.randomUUID(), "700014", "T1008", 3, new BigDecimal("0.0600"), "20005.0", "United Kingdom");
    }

    private static void create(ServiceClient client, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            client.create();
        }
    }

    private void assertEachEffectOnce(int returns) throws Exception {
        try (Tables tables = Tables.of(url)) {
            assertThat(tables.stored()).hasSize(returns);
            tables.assertEachEffectOnce();
        }
    }
}
