package io.eventbroker.examples.returns;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.eventbroker.examples.returns.RetailFile.MalformedLine;
import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of a file's lines. */
class RetailFileTest {
    private static final String HEADER =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    private static final String RETURN = "C1,X1,A CUP,-3,2012-01-30 08:05:00,2.5,20001.0,France";
    private static final String SALE = "1,X1,A CUP,3,2012-01-30 08:05:00,2.5,20001.0,France";

    @TempDir
    Path folder;

    @Test
    void aCancelledLineOfGoodsIsAReturn() throws IOException {
        RetailFile file = read(HEADER, SALE, RETURN);

        assertThat(file.lines()).isEqualTo(2);
        assertThat(file.returns())
                .containsExactly(new ReturnCreated(
                        "C1/3",
                        "X1",
                        "A CUP",
                        3,
                        new BigDecimal("2.5"),
                        LocalDateTime.of(2012, 1, 30, 8, 5),
                        "20001.0",
                        "France"));
        assertThat(file.skipped()).isEmpty();
        assertThat(file.malformed()).isEmpty();
    }

    @Test
    void aSaleIsNoReturnWhateverItsNumbers() throws IOException {
        RetailFile file = read(HEADER, SALE, "A2,B,Adjust bad debt,1,2012-01-30 08:05:00,-11062.06,,United Kingdom");

        assertThat(file.lines()).isEqualTo(2);
        assertThat(file.returns()).isEmpty();
        assertThat(file.malformed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AMAZONFEE", "BANK CHARGES", "C2", "CRUK", "D", "DOT", "M", "POST", "S"})
    void aCancelledChargeIsSkippedAndCountedByCode(String code) throws IOException {
        RetailFile file = read(HEADER, RETURN.replace("X1", code), RETURN, RETURN.replace("X1", code));

        assertThat(file.skipped()).containsOnlyKeys(code).containsEntry(code, 2L);
        assertThat(file.returns()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DOTTY", "POSTER", "M1", "D2", "C22", "s"})
    void aCodeThatOnlyResemblesAChargeIsGoods(String code) throws IOException {
        assertThat(read(HEADER, RETURN.replace("X1", code)).returns()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            C1,X1,A CUP,-3,2012-01-30 08:05:00,2.5,20001.0          | 7 columns instead of 8
            C1,X1,A CUP,-3,2012-01-30 08:05:00,2.5,1,France,Paris   | 9 columns instead of 8
            nothing like it                                         | 1 columns instead of 8
            ,X1,A CUP,-3,2012-01-30 08:05:00,2.5,1,France           | InvoiceNo is missing
            C1,,A CUP,-3,2012-01-30 08:05:00,2.5,1,France           | StockCode is missing
            C1,X1,A CUP,-3,2012-01-30 08:05:00,2.5,1,               | Country is missing
            C1,X1,A CUP,,2012-01-30 08:05:00,2.5,1,France           | Quantity is missing
            C1,X1,A CUP,-1.5,2012-01-30 08:05:00,2.5,1,France       | Quantity is not a whole number: '-1.5'
            C1,X1,A CUP,-9999999999,2012-01-30 08:05:00,2,1,France  | Quantity is not a whole number: '-9999999999'
            C1,X1,A CUP,-2147483648,2012-01-30 08:05:00,2,1,France  | Quantity is out of range: '-2147483648'
            C1,X1,A CUP,0,2012-01-30 08:05:00,2.5,1,France          | Quantity of a cancelled line is not negative: '0'
            C1,X1,A CUP,3,2012-01-30 08:05:00,2.5,1,France          | Quantity of a cancelled line is not negative: '3'
            C1,X1,A CUP,-3,2012-01-30 08:05:00,,1,France            | UnitPrice is missing
            C1,X1,A CUP,-3,2012-01-30 08:05:00,free,1,France        | UnitPrice is not a number: 'free'
            C1,X1,A CUP,-3,2012-01-30 08:05:00,NaN,1,France         | UnitPrice is not a number: 'NaN'
            C1,X1,A CUP,-3,2012-01-30 08:05:00,-0.01,1,France       | UnitPrice is negative: '-0.01'
            C1,X1,A CUP,-3,2012-01-30 08:05:00,1e999999999,1,France | UnitPrice is out of range: '1e999999999'
            C1,X1,A CUP,-3,2012-02-30 08:05:00,2.5,1,France         | InvoiceDate is not a date and time: '2012-02-30 08:05:00'
            C1,X1,A CUP,-3,yesterday,2.5,1,France                   | InvoiceDate is not a date and time: 'yesterday'
            C1,X1,"A CUP,-3,2012-01-30 08:05:00,2.5,1,France        | a quote is misplaced or not closed
            C1,X1,"A "CUP",-3,2012-01-30 08:05:00,2.5,1,France      | a quote is misplaced or not closed
            """)
    void aMalformedLineIsReportedWithNumberAndCauseAndSpoilsNoOther(String line, String cause) throws IOException {
        RetailFile file = read(HEADER, RETURN, line, RETURN);

        assertThat(file.malformed()).containsExactly(new MalformedLine(3, cause));
        assertThat(file.returns()).extracting(ReturnCreated::returnId).containsExactly("C1/2", "C1/4");
        assertThat(file.lines()).isEqualTo(3);
    }

    @Test
    void whatIsShownOfAMalformedValueIsShortAndHarmless() throws IOException {
        RetailFile file = read(HEADER, RETURN.replace("-3", "9\u001b[2J" + "9".repeat(100)));

        assertThat(file.malformed())
                .extracting(MalformedLine::cause)
                .containsExactly("Quantity is not a whole number: '9?[2J" + "9".repeat(35) + "…'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "CUPS, PLATES"        | CUPS, PLATES
            "THE ""GRACE"" STAND" | THE "GRACE" STAND
            3" HOOK               | 3" HOOK
            `  TRAIN SET `        | TRAIN SET
            ``                    | ``
            """)
    void aDescriptionMayHoldQuotesAndQuotedCommas(String written, String read) throws IOException {
        assertThat(read(HEADER, RETURN.replace("A CUP", written)).returns())
                .extracting(ReturnCreated::description)
                .containsExactly(read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2012-01-30 08:05:00", "1/30/2012 8:05"})
    void eitherKindOfDateIsUnderstood(String date) throws IOException {
        assertThat(read(HEADER, RETURN.replace("2012-01-30 08:05:00", date)).returns())
                .extracting(ReturnCreated::createdAt)
                .containsExactly(LocalDateTime.of(2012, 1, 30, 8, 5));
    }

    @Test
    void aReturnMayHaveNoCustomerAndNoPrice() throws IOException {
        ReturnCreated created = read(HEADER, RETURN.replace("20001.0", " ").replace("2.5", "0.0"))
                .returns()
                .get(0);

        assertThat(created.customer()).isNull();
        assertThat(created.value()).isZero();
    }

    @Test
    void byteOrderMarkLineEndsOfWindowsAndBlankLinesMakeNoDifference() throws IOException {
        Path file = folder.resolve("windows.csv");
        Files.writeString(file, "\uFEFF" + HEADER + "\r\n" + RETURN + "\r\n\r\n" + RETURN + "\r\n");

        RetailFile retail = RetailFile.of(file);

        assertThat(retail.returns()).extracting(ReturnCreated::returnId).containsExactly("C1/2", "C1/4");
        assertThat(retail.returns()).extracting(ReturnCreated::country).containsOnly("France");
        assertThat(retail.lines()).isEqualTo(2);
    }

    @Test
    void bytesThatAreNotUtf8AreReplaced() throws IOException {
        assertThat(read(UTF_8, HEADER, RETURN.replace("A CUP", "£5 VOUCHER")).returns())
                .extracting(ReturnCreated::description)
                .containsExactly("£5 VOUCHER");
        assertThat(read(ISO_8859_1, HEADER, RETURN.replace("A CUP", "£5 VOUCHER"))
                        .returns())
                .extracting(ReturnCreated::description)
                .containsExactly("\uFFFD5 VOUCHER");
    }

    @Test
    void columnsMayStandInAnotherOrderAndBesideOthers() throws IOException {
        RetailFile file = read(
                ",Country,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo",
                "0,France,20001.0,2.5,2012-01-30 08:05:00,-3,A CUP,X1,C1");

        assertThat(file.malformed()).isEmpty();
        assertThat(file.returns()).extracting(ReturnCreated::value).containsExactly(new BigDecimal("7.5"));
    }

    @Test
    void aHeaderAloneIsAFileWithoutReturns() throws IOException {
        assertThat(read(HEADER).returns()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {RETURN, "InvoiceNo,StockCode", "", " ", "\"", "\u0000\u0001"})
    void aFileWithoutTheHeaderIsRefused(String first) {
        assertThatIOException()
                .isThrownBy(() -> read(first, RETURN))
                .withMessage("the first line is not the header " + HEADER);
    }

    @Test
    void anEmptyFileIsRefused() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.csv"));

        assertThatIOException().isThrownBy(() -> RetailFile.of(empty)).withMessage("the file is empty");
    }

    private RetailFile read(String... lines) throws IOException {
        return read(UTF_8, lines);
    }

    private RetailFile read(Charset charset, String... lines) throws IOException {
        Path file = folder.resolve("lines.csv");
        Files.writeString(file, String.join("\n", lines) + "\n", charset);
        return RetailFile.of(file);
    }
}
