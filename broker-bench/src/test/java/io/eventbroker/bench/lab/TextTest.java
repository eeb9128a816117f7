package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
    private static final List<String> COLUMNS = List.of("name", "M/s");
    private static final List<List<String>> ROWS = List.of(List.of("lane|fast", "45.1"), List.of("x", "–"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    45.123      | 45.1
                    0.000123456 | 0.000123
                    999.4       | 999
                    3072        | 3,072
                    1234567.8   | 1,234,568
                    100         | 100
                    0           | 0
                    NaN         | –
                    Infinity    | –
                    """)
    void threeDigitsCount(double value, String text) {
        assertThat(Text.number(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    45.1                   | true
                    3,072 B                | true
                    ≥ 3x                   | true
                    4.13x (3.50x to 5.00x) | true
                    40 to 44               | true
                    0.2 % of a core        | true
                    –                      | true
                    1x1                    | false
                    1x1, against rxjava    | false
                    10 k/s, p50            | false
                    lane                   | false
                    ''                     | false
                    """)
    void aFigureMayHaveAUnitAndBounds(String cell, boolean figure) {
        assertThat(Text.isFigures(List.of(List.of(cell), List.of("")), 0)).isEqualTo(figure);
    }

    @Test
    void figuresAreAlignedToTheRight() {
        assertThat(Text.aligned(COLUMNS, ROWS)).isEqualTo("""
                name        M/s
                lane|fast  45.1
                x             –
                """);
    }

    @Test
    void markdownHasARuleAndNoStrayBar() {
        assertThat(Text.markdown(COLUMNS, ROWS)).isEqualTo("""
                | name | M/s |
                | --- | ---: |
                | lane\\|fast | 45.1 |
                | x | – |
                """);
    }
}
