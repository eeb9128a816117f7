package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Spliterators;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Talks to a service as anybody would. */
final class ServiceClient {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** An order of the sample with much of one thing. */
    static final String NAPKINS = body("700014", "T1008", 1);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;

    ServiceClient(URI base) {
        this.base = base;
    }

    URI base() {
        return base;
    }

    static String body(String order, String sku, int quantity) {
        return "{\"order\": \"%s\", \"sku\": \"%s\", \"quantity\": %d}".formatted(order, sku, quantity);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder().GET(), path);
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(json().POST(BodyPublishers.ofString(body)), path);
    }

    HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return send(json().PUT(BodyPublishers.ofString(body)), path);
    }

    private static HttpRequest.Builder json() {
        return HttpRequest.newBuilder().header("Content-Type", "application/json; charset=utf-8");
    }

    HttpResponse<String> send(HttpRequest.Builder request, String path) throws IOException, InterruptedException {
        return http.send(request.uri(base.resolve(path)).timeout(PATIENCE).build(), BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    /** Has a return of napkins taken in, which must succeed. */
    UUID create() throws IOException, InterruptedException {
        HttpResponse<String> answer = post("/api/returns", NAPKINS);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return UUID.fromString(json(answer).get("id").asText());
    }

    void control(String department, int delayMillis, String overflow) throws IOException, InterruptedException {
        HttpResponse<String> answer = put(
                "/api/controls",
                "{\"department\": \"%s\", \"delayMillis\": %d, \"overflow\": \"%s\"}"
                        .formatted(department, delayMillis, overflow));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** Leaves the policy, and with it the subscription, as it is. */
    void delay(String department, int millis) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                put("/api/controls", "{\"department\": \"%s\", \"delayMillis\": %d}".formatted(department, millis));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    JsonNode stats() throws IOException, InterruptedException {
        return json(get("/api/stats"));
    }

    JsonNode subscription(String name) throws IOException, InterruptedException {
        return elements(stats().get("subscriptions"))
                .filter(one -> one.get("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** How many returns are not completed; -1 while the service cannot tell. */
    long open() throws IOException, InterruptedException {
        return stats().get("returns").path("open").asLong(-1);
    }

    void awaitCompleted() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(open()).isZero());
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(array.elements(), 0), false);
    }
}
