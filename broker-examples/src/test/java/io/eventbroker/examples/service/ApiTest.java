package io.eventbroker.examples.service;

import static io.eventbroker.examples.service.ServiceClient.NAPKINS;
import static io.eventbroker.examples.service.ServiceClient.body;
import static io.eventbroker.examples.service.ServiceClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the interface grants, and what it refuses. */
class ApiTest {
    /** Of each return: it was created, four departments have decided, it is completed. The last follow the commit. */
    private static final int EVENTS = 6;

    @TempDir
    static Path folder;

    private static RunningService running;
    private static ServiceClient client;

    @BeforeAll
    static void start() throws Exception {
        running = RunningService.on(RunningService.fileIn(folder));
        client = running.client;
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Test
    void aReturnIsStoredAndEachDepartmentDoesItsPart() throws Exception {
        HttpResponse<String> answer = client.post("/api/returns", body("700003", "T1003", 2));

        assertThat(answer.statusCode()).isEqualTo(201);
        JsonNode created = json(answer);
        String path = "/api/returns/" + created.get("id").asText();
        assertThat(answer.headers().firstValue("Location")).hasValue(path);
        assertThat(created.get("order").asText()).isEqualTo("700003");
        assertThat(created.get("sku").asText()).isEqualTo("T1003");
        assertThat(created.get("quantity").asInt()).isEqualTo(2);

        await().atMost(ServiceClient.PATIENCE)
                .until(() -> !json(client.get(path)).get("completedAt").isNull());
        JsonNode done = json(client.get(path));
        assertThat(ServiceClient.elements(done.get("effects")))
                .extracting(effect -> effect.get("department").asText() + " "
                        + effect.get("event").asText() + " "
                        + effect.get("detail").asText())
                .containsExactlyInAnyOrder(
                        "billing RefundIssued 25.5000 to customer 20002.0",
                        "warehouse ParcelExpected from Germany",
                        "inventory RestockPlanned 2 x T1003",
                        "notifications CustomerNotified to customer 20002.0");
        assertThat(ServiceClient.elements(json(client.get("/api/returns")))).contains(done);
    }

    @Test
    void whereNobodyKnowsTheCustomerSomebodyHasToLook() throws Exception {
        String path = "/api/returns/"
                + json(client.post("/api/returns", body("700009", "T1006", 1)))
                        .get("id")
                        .asText();

        await().atMost(ServiceClient.PATIENCE)
                .until(() -> !json(client.get(path)).get("completedAt").isNull());
        assertThat(ServiceClient.elements(json(client.get(path)).get("effects")))
                .extracting(effect -> effect.get("event").asText())
                .containsExactlyInAnyOrder("ReviewRequested", "ParcelExpected", "RestockPlanned", "CustomerNotified");
    }

    @Test
    void theNewestComeFirstAndNoMoreThanAskedFor() throws Exception {
        UUID older = client.create();
        UUID newer = client.create();

        assertThat(ServiceClient.elements(json(client.get("/api/returns?limit=2"))))
                .extracting(one -> one.get("id").asText())
                .containsExactly(newer.toString(), older.toString());
    }

    @Test
    void ordersAreTheInvoicesOfTheSample() throws Exception {
        assertThat(ServiceClient.elements(json(client.get("/api/orders"))))
                .extracting(line -> line.get("order").asText() + " "
                        + line.get("sku").asText() + " " + line.get("quantity").asInt())
                .containsExactly(
                        "700000 T1001 6",
                        "700000 T1002 24",
                        "700000 T1007 10",
                        "700003 T1001 12",
                        "700003 T1003 2",
                        "700005 T1003 1",
                        "700005 T1004 8",
                        "700007 T1005A 48",
                        "700007 T1005B 48",
                        "700009 T1006 1",
                        "700014 T1008 2400",
                        "700027 T1002 12");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"order": "1", "sku": "T1001", "quantity": 1}        | 422 | there is no such order
            {"order": "C700001", "sku": "T1001", "quantity": 1}  | 422 | there is no such order
            {"order": "7\\u0000", "sku": "T1001", "quantity": 1} | 422 | there is no such order
            {"order": "\\ud800", "sku": "T1001", "quantity": 1}  | 422 | there is no such order
            {"order": "", "sku": "T1001", "quantity": 1}         | 422 | there is no such order
            {"order": "700000", "sku": "T9", "quantity": 1}      | 422 | has no such sku
            {"order": "700003", "sku": "POST", "quantity": 1}    | 422 | has no such sku
            {"order": "700000", "sku": "T1001", "quantity": 0}   | 422 | quantity must be positive
            {"order": "700000", "sku": "T1001", "quantity": -1}  | 422 | quantity must be positive
            {"order": "700000", "sku": "T1001", "quantity": 7}   | 422 | has only 6
            {"order": "700000", "sku": "T1001"}                  | 422 | are required
            {"order": "700000", "quantity": 1}                   | 422 | are required
            {"order": null, "sku": "T1001", "quantity": 1}       | 422 | are required
            {}                                                   | 422 | are required
            {"order": "700000", "sku": "T1001", "quantity": 1.5} | 400 | must be a JSON object
            {"order": "700000", "sku": "T1001", "quantity": "1"} | 400 | must be a JSON object
            {"order": "700000", "sku": "T1001", "quantity": 3e9} | 400 | must be a JSON object
            {"order": 700000, "sku": "T1001", "quantity": 1}     | 400 | must be a JSON object
            {"order": "700000", "sku": "T1001", "units": 1}      | 400 | must be a JSON object
            {"order": "700000", "sku": "T1001", "quantity": 1}}  | 400 | must be a JSON object
            {"order": "700000", "sku": "T1001"                   | 400 | must be a JSON object
            [1]                                                  | 400 | must be a JSON object
            null                                                 | 400 | must be a JSON object
            ``                                                   | 400 | must be a JSON object
            """)
    void aReturnThatCannotBeRightIsRefusedAndNothingHappens(String body, int status, String detail) throws Exception {
        assertRefused(() -> client.post("/api/returns", body), status, detail);
    }

    @Test
    void aBodyThatDoesNotSayThatItIsJsonIsRefused() throws Exception {
        HttpRequest.Builder form =
                HttpRequest.newBuilder().header("Content-Type", "text/plain").POST(BodyPublishers.ofString(NAPKINS));

        assertRefused(() -> client.send(form, "/api/returns"), 415, "must be application/json");
    }

    @Test
    void aBodyThatIsNotEvenTextIsRefused() throws Exception {
        byte[] bytes = {0, 0, (byte) 0xff, (byte) 0xfe};
        HttpRequest.Builder request = HttpRequest.newBuilder()
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(bytes));

        assertRefused(() -> client.send(request, "/api/returns"), 400, "must be a JSON object");
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        String large = NAPKINS + " ".repeat(20_000);

        assertRefused(() -> client.post("/api/returns", large), 413, "POST /api/returns");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"department": "garage", "delayMillis": 1}               | 422 | must be one of completion, billing
            {"delayMillis": 1}                                       | 422 | department is required
            {"department": "billing", "delayMillis": -1}             | 422 | delayMillis must be from 0 to 2000
            {"department": "billing", "delayMillis": 2001}           | 422 | delayMillis must be from 0 to 2000
            {"department": "billing", "overflow": "FAIL"}            | 422 | overflow must be one of [DROP_NEWEST
            {"department": "billing", "delay": 1}                    | 400 | must be a JSON object
            """)
    void aControlThatCannotBeIsRefused(String body, int status, String detail) throws Exception {
        assertRefused(() -> client.put("/api/controls", body), status, detail);
        assertThat(client.subscription("billing").get("delayMillis").asLong()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/returns/1", "/api/returns/00000000-0000-0000-0000-000000000000", "/api/nothing"})
    void whatThereIsNotIsNotFound(String path) throws Exception {
        assertRefused(() -> client.get(path), 404, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1001", "-1", "many", ""})
    void aLimitOutOfRangeIsRefused(String limit) throws Exception {
        assertRefused(() -> client.get("/api/returns?limit=" + limit), 400, "limit must be");
    }

    @Test
    void anotherMethodIsRefused() throws Exception {
        HttpRequest.Builder delete = HttpRequest.newBuilder().DELETE();

        assertRefused(() -> client.send(delete, "/api/returns"), 405, "DELETE /api/returns");
    }

    @Test
    void thePageAndWhatItNeedsComeFromHere() throws Exception {
        for (String path : new String[] {"/", "/page.css", "/page.js", "/charts.js", "/chart.js/dist/chart.umd.js"}) {
            HttpResponse<String> answer = client.get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("default-src 'self'");
        }
        assertThat(client.get("/").body()).doesNotContain("http:").doesNotContain("https:");
    }

    @Test
    void aLivePageTooManyIsRefusedUntilAnotherCloses() throws Exception {
        List<InputStream> pages = new ArrayList<>();
        try {
            for (int i = 0; i < LiveFeed.MAX_PAGES; i++) {
                HttpResponse<InputStream> page = live();
                pages.add(page.body());
                assertThat(page.statusCode()).isEqualTo(200);
            }

            HttpResponse<InputStream> tooMany = live();
            pages.add(tooMany.body());
            assertThat(tooMany.statusCode()).isEqualTo(503);
            assertThat(tooMany.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("application/problem+json");

            pages.get(0).close();
            await().atMost(ServiceClient.PATIENCE).until(() -> {
                HttpResponse<InputStream> another = live();
                pages.add(another.body());
                return another.statusCode() == 200;
            });
        } finally {
            for (InputStream page : pages) {
                page.close();
            }
        }
    }

    private static HttpResponse<InputStream> live() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(client.base().resolve("/api/live"))
                .header("Accept", "text/event-stream")
                .timeout(ServiceClient.PATIENCE)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
    }

    @Test
    void whoDoesNotWantAFeedGetsNone() throws Exception {
        assertRefused(() -> client.get("/api/live"), 406, "text/event-stream");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "LOCALHOST:8080, 200",
        "127.0.0.1:1, 200",
        "[::1]:8080, 200",
        "evil.example, 421",
        "localhost.evil.example:8080, 421",
        "127.0.0.1.evil.example, 421",
        "10.0.0.1, 421"
    })
    void onlyTheNamesOfThisMachineAreAnswered(String host, int status) throws Exception {
        for (String path : List.of("/", "/page.js", "/api/stats", "/api/nothing")) {
            int wanted = status == 200 && path.equals("/api/nothing") ? 404 : status;
            assertThat(raw(path, host)).as(path).startsWith("HTTP/1.1 " + wanted + " ");
        }
        assertThat(raw("/api/stats", host).contains("application/problem+json")).isEqualTo(status != 200);
    }

    /** By hand, since the JDK's client sends its own Host. */
    private static String raw(String path, String host) throws IOException {
        try (Socket socket = new Socket(WebServer.HOST, running.web.port())) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private interface Call {
        HttpResponse<String> answer() throws IOException, InterruptedException;
    }

    /** By a problem document, and without anything stored or published. */
    private static void assertRefused(Call call, int status, String detail) throws Exception {
        client.awaitCompleted();
        long stored = running.store.totals().stored();
        long offered = EVENTS * stored;
        await().atMost(ServiceClient.PATIENCE)
                .until(() -> client.stats().get("offered").asLong() == offered);

        HttpResponse<String> answer = call.answer();

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asText()).isNotEmpty();
        assertThat(problem.get("detail").asText()).contains(detail);
        assertThat(running.store.totals().stored()).isEqualTo(stored);
        assertThat(client.stats().get("offered").asLong()).isEqualTo(offered);
    }
}
