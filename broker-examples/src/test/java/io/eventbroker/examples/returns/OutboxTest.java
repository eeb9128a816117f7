package io.eventbroker.examples.returns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where mails end up. */
class OutboxTest {
    @TempDir
    Path folder;

    @Test
    void eachCustomerHasOneFileToWhichMailsAreAppended() throws IOException {
        Outbox outbox = Outbox.in(folder.resolve("new/outbox"));

        outbox.send("20001.0", "one\n");
        outbox.send("20002.0", "two\n");
        outbox.send("20001.0", "three\n");

        assertThat(files(outbox.folder())).containsExactly("20001.0.txt", "20002.0.txt");
        assertThat(outbox.folder().resolve("20001.0.txt")).hasContent("one\nthree\n");
        assertThat(outbox.mails()).isEqualTo(3);
        assertThat(outbox.customers()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../escaped",
                "/escaped",
                "..\\escaped",
                "..",
                ".",
                "C:",
                "a/../../b",
                "*",
                "\u0000",
                "\n",
                "%2e%2e%2f",
                "名前",
                "a b"
            })
    void noCustomerEscapesTheFolder(String customer) throws IOException {
        Outbox outbox = Outbox.in(folder.resolve("outbox"));

        outbox.send(customer, "mail\n");

        assertThat(files(folder)).containsExactly("outbox");
        assertThat(files(outbox.folder())).singleElement().asString().matches("[A-Za-z0-9._%+-]+\\.txt");
    }

    @Test
    void customersWithLongNamesAreToldApart() throws IOException {
        Outbox outbox = Outbox.in(folder);

        outbox.send("/".repeat(1_000), "mail\n");
        outbox.send("/".repeat(1_001), "mail\n");

        assertThat(files(folder)).hasSize(2);
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
