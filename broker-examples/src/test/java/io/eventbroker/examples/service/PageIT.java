package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.webjars.WebJarVersionLocator;

/** The page in a browser, on the finished jar. Needs Chromium, by Debian's packages chromium and chromium-driver. */
class PageIT {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    /** How many requests the page has under way: with backpressure each may put one more than the capacity in. */
    private static final int SENDERS = 4;

    /** It warns of each browser that is newer than itself. Kept, since a logger nobody keeps forgets its level. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    @TempDir
    static Path profile;

    /** One for all tests: it takes longer to start than a test. Each has a tab of its own, and a service. */
    private static ChromeDriver browser;

    /** Keeps the browser open. */
    private static String firstTab;

    @TempDir
    Path folder;

    private ServiceProcess service;
    private ServiceClient client;

    @BeforeAll
    static void openBrowser() {
        SELENIUM.setLevel(Level.SEVERE);
        assertThat(BROWSER).as("Debian's package chromium").isExecutable();
        assertThat(DRIVER).as("Debian's package chromium-driver").isExecutable();
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .build(),
                new ChromeOptions()
                        .setBinary(BROWSER.toFile())
                        .addArguments(
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-dev-shm-usage",
                                "--user-data-dir=" + profile,
                                "--window-size=1280,1750"));
        firstTab = browser.getWindowHandle();
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.quit();
        }
    }

    @BeforeEach
    void open() throws IOException {
        service = ServiceProcess.serve(folder, RunningService.fileIn(folder));
        client = service.client();
        browser.switchTo().newWindow(WindowType.TAB);
        browser.get(client.base().toString());
        await().atMost(ServiceClient.PATIENCE)
                .until(() -> !browser.findElements(By.id("delay-warehouse")).isEmpty());
    }

    @AfterEach
    void close() {
        if (!browser.getWindowHandle().equals(firstTab)) {
            browser.close();
            browser.switchTo().window(firstTab);
        }
        if (service != null) {
            service.close();
        }
    }

    @Test
    void controlsAreObeyedAndThePageAgreesWithTheInterface() throws Exception {
        String before = chart("depth");
        slowDownByKeyboard("warehouse", 20);
        choose("warehouse", "DROP_NEWEST");

        createReturns(200);
        assertThat(client.subscription("warehouse").get("dropped").asLong()).isPositive();
        assertPageAgrees("warehouse");
        assertThat(chart("depth")).isNotEqualTo(before);
        assertThat(rises("depth", "warehouse")).isTrue();
        assertThat(rises("throughput", "warehouse")).isTrue();
        assertThat(rises("drops", "warehouse")).isTrue();
        assertThat(rises("drops", "billing")).isFalse();

        choose("warehouse", "BACKPRESSURE");
        createReturns(80);
        assertThat(client.subscription("warehouse").get("dropped").asLong()).isZero();
        assertPageAgrees("warehouse");

        slowDownByKeyboard("warehouse", -20);
        await().atMost(ServiceClient.PATIENCE).untilAsserted(() -> {
            assertThat(client.open()).isZero();
            assertThat(text("open")).isEqualTo("0");
            assertThat(text("stored")).isEqualTo("280");
        });
        assertPageAgrees("warehouse");
    }

    @Test
    void returnsFlowThroughTheDepartments() throws Exception {
        String id = client.create().toString().substring(0, 8);

        await().atMost(ServiceClient.PATIENCE).untilAsserted(() -> {
            WebElement flow = browser.findElement(By.id("flow"));
            assertThat(flow.findElement(By.tagName("code")).getText()).isEqualTo(id);
            assertThat(flow.findElements(By.className("done")))
                    .extracting(WebElement::getText)
                    .containsExactly("billing ✓", "warehouse ✓", "inventory ✓", "notifications ✓", "completion ✓");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void nothingSeriousStandsInTheWayOfAnybody(String scheme) throws Exception {
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        client.create();
        await().atMost(ServiceClient.PATIENCE)
                .until(() -> browser.findElements(By.className("done")).size() == 5);
        assertThat(browser.findElement(By.tagName("body")).getCssValue("background-color"))
                .isEqualTo(scheme.equals("light") ? "rgba(255, 255, 255, 1)" : "rgba(20, 23, 28, 1)");

        browser.executeScript(axe());
        Object violations = browser.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run(document).then((results) => done(results.violations
                    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
                    .map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' '))),
                  (e) => done(['axe failed: ' + e]));""");

        assertThat((List<?>) violations).isEmpty();
    }

    @Test
    void nothingIsCutOffOnASmallScreenAndNothingComesFromElsewhere() throws Exception {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 360, "height", 740, "deviceScaleFactor", 2, "mobile", true));
        client.create();
        await().atMost(ServiceClient.PATIENCE)
                .until(() -> browser.findElements(By.className("done")).size() == 5);

        await().atMost(ServiceClient.PATIENCE)
                .untilAsserted(
                        () -> assertThat((Long) browser.executeScript("return document.documentElement.scrollWidth"))
                                .isLessThanOrEqualTo(360));
        assertThat((Long) browser.executeScript("return window.innerWidth")).isEqualTo(360);
        assertThat((List<?>)
                        browser.executeScript("return performance.getEntriesByType('resource').map((one) => one.name)"))
                .isNotEmpty()
                .allSatisfy(name ->
                        assertThat(name.toString()).startsWith(client.base().toString()));
    }

    /** {@code -Dscreenshot=FILE} makes the README's picture. */
    @Test
    void aPictureCanBeTaken() throws Exception {
        slowDownByKeyboard("warehouse", 3);
        choose("warehouse", "DROP_NEWEST");
        createReturns(400);
        await().atMost(ServiceClient.PATIENCE)
                .until(() -> browser.findElement(By.id("legend")).isDisplayed());
        byte[] picture = browser.getScreenshotAs(OutputType.BYTES);

        assertThat(picture).startsWith(0x89, 'P', 'N', 'G');
        String file = System.getProperty("screenshot");
        if (file != null) {
            Files.write(Path.of(file), picture);
        }
    }

    /** A step of the slider is 10 ms. */
    private void slowDownByKeyboard(String department, int steps) throws Exception {
        WebElement slider = browser.findElement(By.id("delay-" + department));
        long wanted = client.subscription(department).get("delayMillis").asLong() + 10L * steps;
        for (int i = 0; i < Math.abs(steps); i++) {
            slider.sendKeys(steps > 0 ? Keys.ARROW_RIGHT : Keys.ARROW_LEFT);
        }
        await().atMost(ServiceClient.PATIENCE)
                .untilAsserted(() -> assertThat(client.subscription(department)
                                .get("delayMillis")
                                .asLong())
                        .isEqualTo(wanted));
    }

    private void choose(String department, String policy) {
        browser.findElement(By.id("overflow-" + department))
                .findElement(By.cssSelector("option[value=" + policy + "]"))
                .click();
        await().atMost(ServiceClient.PATIENCE)
                .ignoreExceptions() // between one subscription and the next
                .until(() ->
                        client.subscription(department).get("overflow").asText().equals(policy));
    }

    /** By the form, looking at the queues meanwhile. */
    private void createReturns(int count) throws Exception {
        WebElement field = browser.findElement(By.id("count"));
        field.clear();
        field.sendKeys(String.valueOf(count));
        browser.findElement(By.cssSelector("#create [type=submit]")).click();
        List<String> tooDeep = new ArrayList<>();
        await().atMost(ServiceClient.PATIENCE).until(() -> {
            for (JsonNode one : client.stats().get("subscriptions")) {
                int more = one.get("overflow").asText().equals("BACKPRESSURE") ? SENDERS : 0;
                if (one.get("depth").asLong() > one.get("capacity").asLong() + more) {
                    tooDeep.add(one.toString());
                }
            }
            return text("progress").startsWith("Done: " + count + " created");
        });
        assertThat(tooDeep).isEmpty();
    }

    private void assertPageAgrees(String department) {
        await().atMost(ServiceClient.PATIENCE).untilAsserted(() -> {
            JsonNode stats = client.subscription(department);
            for (String field : List.of("depth", "capacity", "inHand", "delivered", "failed", "dropped")) {
                assertThat(browser.findElement(
                                        By.cssSelector("[data-name=" + department + "] [data-field=" + field + "]"))
                                .getText())
                        .as(field)
                        .isEqualTo(stats.get(field).asText());
            }
        });
    }

    private String text(String id) {
        return browser.findElement(By.id(id)).getText();
    }

    private String chart(String id) {
        return String.valueOf(browser.executeScript("return document.getElementById('" + id + "').toDataURL()"));
    }

    /** Whether the line of a subscription leaves the bottom of a chart. */
    private boolean rises(String chart, String subscription) {
        return (Boolean) browser.executeScript("""
                const lines = Chart.getChart(arguments[0]).data.datasets;
                return lines.find((line) => line.label === arguments[1]).data.some((point) => point.y > 0);""", chart, subscription);
    }

    private static String axe() throws IOException {
        String path =
                "META-INF/resources/webjars/axe-core/" + new WebJarVersionLocator().version("axe-core") + "/axe.min.js";
        try (InputStream script = PageIT.class.getClassLoader().getResourceAsStream(path)) {
            return new String(Objects.requireNonNull(script, path).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
