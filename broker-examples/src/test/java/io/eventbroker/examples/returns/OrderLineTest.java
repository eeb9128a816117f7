package io.eventbroker.examples.returns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which lines of a file are orders. */
class OrderLineTest {
    @Test
    void theSampleHasTwelve() throws IOException {
        assertThat(OrderLine.ofSample())
                .hasSize(12)
                .contains(
                        new OrderLine(
                                "700003",
                                "T1003",
                                "CAKE STAND \"GRACE\"",
                                2,
                                new BigDecimal("12.75"),
                                "20002.0",
                                "Germany"),
                        new OrderLine(
                                "700009", "T1006", "ALARM CLOCK", 1, new BigDecimal("7.65"), null, "United Kingdom"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "C1,X1,A CUP,2,2012-01-30 08:05:00,2.5,20001.0,France",
                "1,POST,POSTAGE,2,2012-01-30 08:05:00,2.5,20001.0,France",
                "1,X1,A CUP,0,2012-01-30 08:05:00,2.5,20001.0,France",
                "1,X1,A CUP,-2,2012-01-30 08:05:00,2.5,20001.0,France",
                "1,X1,A CUP,two,2012-01-30 08:05:00,2.5,20001.0,France",
                "1,X1,A CUP,2,2012-01-30 08:05:00,free,20001.0,France",
                "1,X1,A CUP,2",
                "1,X1,\"A CUP,2,2012-01-30 08:05:00,2.5,20001.0,France"
            })
    void whatWasCancelledOrIsNoGoodsOrIsMalformedIsNone(String line) throws IOException {
        assertThat(new RetailReader(RetailLines.HEADER).sold(line)).isEqualTo(Optional.empty());
    }
}
