package io.eventbroker.examples.service;

import io.eventbroker.examples.service.store.ReturnStore;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.staticfiles.Location;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.webjars.WebJarVersionLocator;

/**
 * Serves the page and the interface, to this machine only: there is nobody here to ask who you are. Everything the page
 * needs comes from the class path, and it is told to load nothing from anywhere else.
 */
final class WebServer implements AutoCloseable {
    static final String HOST = "127.0.0.1";

    private static final Pattern OWN_NAMES =
            Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d*)?", Pattern.CASE_INSENSITIVE);

    private static final long STOP_TIMEOUT_MILLIS = 2_000;

    private final Javalin javalin;

    private WebServer(Javalin javalin) {
        this.javalin = javalin;
    }

    /**
     * Starts to listen.
     *
     * @param port where; 0 for any that is free
     * @throws io.javalin.util.JavalinException if that is not possible
     */
    static WebServer start(ReturnService service, ReturnStore store, int port) {
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            config.jetty.modifyServer(server -> server.setStopTimeout(STOP_TIMEOUT_MILLIS));
            config.routes.before(WebServer::refuseOtherHosts);
            new Api(service, store).addTo(config);
            config.routes.get("/api/live", new LiveFeed(service));
            addFiles(config, "/", "io/eventbroker/examples/service/page");
            addFiles(config, "/chart.js", webJar("chart.js"));
        });
        return new WebServer(javalin.start(HOST, port));
    }

    /**
     * A page of somebody else, whose name was made to lead here, may not read and do what this machine may: a browser
     * takes it for a page of that name.
     */
    private static void refuseOtherHosts(Context ctx) {
        if (!OWN_NAMES.matcher(String.valueOf(ctx.header("Host"))).matches()) {
            throw Refusal.misdirected("it answers as localhost, 127.0.0.1 and [::1]");
        }
    }

    private static void addFiles(JavalinConfig config, String path, String directory) {
        config.staticFiles.add(files -> {
            files.hostedPath = path;
            files.directory = directory;
            files.location = Location.CLASSPATH;
            files.headers = Map.of(
                    "Cache-Control", "no-cache",
                    "Content-Security-Policy",
                            "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
                    "X-Content-Type-Options", "nosniff");
        });
    }

    private static String webJar(String name) {
        String version = Objects.requireNonNull(new WebJarVersionLocator().version(name), name);
        return "META-INF/resources/webjars/" + name + "/" + version;
    }

    int port() {
        return javalin.port();
    }

    /** Answers what it is just answering, and stops. */
    @Override
    public void close() {
        javalin.stop();
    }
}
