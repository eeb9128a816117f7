package io.eventbroker.examples.service;

import io.eventbroker.BrokerStats;
import io.eventbroker.examples.service.store.Database;
import io.eventbroker.examples.service.store.ReturnStore;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** A service in this JVM, on a port of its own, with all its parts within reach. */
final class RunningService implements AutoCloseable {
    final Database database;
    final ReturnStore store;
    final ReturnService service;
    final WebServer web;
    final ServiceClient client;

    private RunningService(String url) throws SQLException {
        this.database = Database.open(url);
        this.store = new ReturnStore(database.connections());
        this.service = ReturnService.start(store);
        this.web = WebServer.start(service, store, 0);
        this.client = new ServiceClient(URI.create("http://" + WebServer.HOST + ":" + web.port()));
    }

    static RunningService on(String url) throws SQLException {
        return new RunningService(url);
    }

    /** The URL of a database in a file. */
    static String fileIn(Path folder) {
        return "jdbc:h2:file:" + folder.resolve("returns").toAbsolutePath();
    }

    BrokerStats closeService() {
        return service.close(Duration.ofSeconds(40));
    }

    @Override
    public void close() {
        closeService();
        web.close();
        database.close();
    }
}
