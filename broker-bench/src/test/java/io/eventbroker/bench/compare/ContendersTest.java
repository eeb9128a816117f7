package io.eventbroker.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That every contender works; never how fast. */
@Timeout(60)
class ContendersTest {
    private static final Plan TINY = new Plan(1, 1, 2, 5);

    static Stream<Arguments> everybody() {
        return Scenario.ALL.stream()
                .flatMap(scenario -> Entry.ALL.stream()
                        .filter(entry -> entry.scenarios().test(scenario))
                        .map(entry -> Arguments.of(scenario, entry)));
    }

    @ParameterizedTest
    @MethodSource("everybody")
    void deliversEverythingInOrder(Scenario scenario, Entry entry) throws Exception {
        Run run = Measurement.run(entry.maker().get(), scenario, TINY);

        assertThat(run.lost()).isZero();
        assertThat(run.reordered()).isZero();
        assertThat(run.rates()).hasSize(2).allMatch(rate -> rate > 0);
        assertThat(run.published()).isGreaterThanOrEqualTo(3L * Load.batch(scenario.publishers()));
        assertThat(run.settings()).containsEntry("capacity", Load.CAPACITY);
    }

    @ParameterizedTest
    @MethodSource("everybody")
    void whatAForkPrintsCanBeRead(Scenario scenario, Entry entry) {
        List<String> arguments = ForkedRun.arguments(entry, scenario, TINY);

        assertThat(Entry.parse(arguments.get(0))).isSameAs(entry);
        assertThat(Scenario.parse(arguments.get(1))).isEqualTo(scenario);
        assertThatThrownBy(() -> Entry.parse("")).isInstanceOf(IllegalArgumentException.class);
    }
}
