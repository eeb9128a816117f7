package io.eventbroker.bench.compare.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Measurement;
import io.eventbroker.bench.compare.load.Plan;
import io.eventbroker.bench.compare.load.Run;
import io.eventbroker.bench.compare.load.Scenario;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That every contender works, with each of its settings; never how fast. */
@Timeout(60)
class ContendersTest {
    private static final Plan TINY = new Plan(1, 1, 2, 5);
    private static final List<Scenario> SCENARIOS =
            List.of(Scenario.ONE_TO_ONE, Scenario.TWO_TO_FOUR, new Scenario(1, 1, 100));

    static Stream<Arguments> everybody() {
        return SCENARIOS.stream()
                .flatMap(scenario -> Entry.ALL.stream()
                        .filter(entry -> entry.scenarios().test(scenario))
                        .flatMap(entry ->
                                entry.settings().stream().map(setting -> Arguments.of(scenario, entry, setting))));
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("everybody")
    void deliversEverythingInOrder(Scenario scenario, Entry entry, Entry.Setting setting) throws Exception {
        Run run = Measurement.run(setting.maker().get(), scenario, TINY);

        assertThat(run.lost()).isZero();
        assertThat(run.dropped()).isZero();
        assertThat(run.settings()).containsEntry("capacity", Load.CAPACITY);
        if (!mayReorder(scenario, entry, setting)) {
            assertThat(run.reordered()).isZero();
            assertThat(run.rates()).hasSize(2).allMatch(rate -> rate > 0);
        }
    }

    /** Guava's asynchronous bus keeps the order only of one publisher, and only if its executor does. */
    private static boolean mayReorder(Scenario scenario, Entry entry, Entry.Setting setting) {
        return entry.label().equals("guava-async")
                && (scenario.publishers() > 1 || setting.name().contains("each processor"));
    }

    @Test
    void everyPeerHasTwoSettingsOrMoreAndTheBrokerOne() {
        assertThat(Entry.ALL).allSatisfy(entry -> {
            switch (entry.role()) {
                case ASYNCHRONOUS, SAME_THREAD -> assertThat(entry.settings()).hasSizeGreaterThanOrEqualTo(2);
                case OWN -> assertThat(entry.settings()).hasSize(1);
                default -> assertThat(entry.settings()).isNotEmpty();
            }
        });
    }

    @Test
    void namesAreUnique() {
        assertThat(Entry.ALL).extracting(Entry::label).doesNotHaveDuplicates();
        assertThat(Entry.ALL)
                .allSatisfy(entry -> assertThat(entry.settings())
                        .extracting(Entry.Setting::name)
                        .doesNotHaveDuplicates());
        assertThat(Entry.QUICK).hasSize(6).isSubsetOf(Entry.ALL);
        assertThatThrownBy(() -> Entry.parse("nobody")).hasMessageContaining("broker-lane");
    }
}
