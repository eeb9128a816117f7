package io.eventbroker.examples.service;

import static io.eventbroker.examples.service.ServiceClient.NAPKINS;
import static io.eventbroker.examples.service.ServiceClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.examples.Returns;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command does, in this JVM where it ends by itself, otherwise in a process of its own. */
class ServeCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Returns.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port=-1                 | --port must be from 0 to 65535
            --port=65536              | --port must be from 0 to 65535
            --port=http               | '--port'
            --database=returns        | --database must be a JDBC URL that begins jdbc:h2: or jdbc:postgresql:
            --database=jdbc:derby:x   | --database must be a JDBC URL that begins jdbc:h2: or jdbc:postgresql:
            --database=jdbc:h2:mem:x  | and not one in memory
            --database=jdbc:h2:mem:   | and not one in memory
            --database=jdbc:h2:tcp://127.0.0.1:1/mem:x;USER=sa | and not one in memory
            --colour                  | --colour
            """)
    void aWrongOptionIsAUsageError(String option, String message) {
        assertThat(run("serve", option)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains(message, "Usage: returns serve");
    }

    @Test
    void aPortInUseIsOneClearLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(WebServer.HOST))) {
            int port = taken.getLocalPort();

            assertThat(run("serve", "--port", "" + port, "--database", RunningService.fileIn(folder)))
                    .isEqualTo(1);
            assertThat(err.toString().lines())
                    .containsExactly("returns: cannot listen on 127.0.0.1:" + port + ": Address already in use");
        }
        assertThat(out.toString()).isEmpty();
    }

    @Tag("slow")
    @Test
    void aDatabaseThatCannotBeReachedIsTriedSomeTimesAndThenOneClearLine() throws IOException {
        int nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = closed.getLocalPort();
        }

        assertThat(run("serve", "--database", "jdbc:postgresql://127.0.0.1:" + nobody + "/x?user=u&password=secret"))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly("returns: cannot use the database jdbc:postgresql://127.0.0.1:" + nobody
                        + "/x: Connection refused");
    }

    @Tag("slow")
    @Test
    void aFileThatIsInUseIsOneClearLine() throws Exception {
        String url = RunningService.fileIn(folder);
        try (ServiceProcess first = ServiceProcess.serve(folder, url);
                ServiceProcess second = ServiceProcess.run(folder, "serve", "--port", "0", "--database", url)) {
            assertThat(second.awaitEnd()).isEqualTo(1);
            assertThat(second.out()).isEmpty();
            assertThat(second.err().lines().filter(line -> line.startsWith("returns: ")))
                    .singleElement()
                    .asString()
                    .startsWith("returns: cannot use the database " + url + ": ");
            first.kill();
        }
    }

    @Tag("slow")
    @Test
    void toldToEndItRefusesFurtherReturnsFinishesItsOwnAndReports() throws Exception {
        String url = RunningService.fileIn(folder);
        int count = 40;
        try (ServiceProcess service = ServiceProcess.serve(folder, url)) {
            ServiceClient client = service.client();
            client.control("inventory", 150, "BACKPRESSURE"); // six seconds of work
            List<HttpResponse<String>> taken = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                taken.add(client.post("/api/returns", NAPKINS));
            }
            assertThat(taken).extracting(HttpResponse::statusCode).containsOnly(201);
            assertThat(client.open()).isPositive();

            service.terminate();
            HttpResponse<String> refused = client.post("/api/returns", NAPKINS);
            while (refused.statusCode() == 201) { // not yet told
                count++;
                refused = client.post("/api/returns", NAPKINS);
            }

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(json(refused).get("detail").asText())
                    .isEqualTo("the service is closing and takes no more returns");
            service.awaitEnd();
            assertThat(service.err())
                    .contains("closed: ", "state=CLOSED", "name=inventory")
                    .doesNotContain("not completed");
        }
        try (Tables tables = Tables.of(url)) {
            assertThat(tables.stored()).hasSize(count);
            tables.assertEachEffectOnce();
        }
    }
}
