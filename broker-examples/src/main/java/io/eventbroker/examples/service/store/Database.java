package io.eventbroker.examples.service.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.ConnectionException;

/**
 * A pool of connections to a database whose tables are up to date.
 *
 * <p>An H2 database is told to write each commit to its file at once: by default it waits half a second, and a process
 * that is killed meanwhile would lose what it had promised. And it is told to stay open until it is closed, since it
 * would otherwise close itself as soon as the JVM begins to shut down, when there is still work to finish.
 *
 * <p>And it gets one connection. What H2 writes to its file is one state of each table and of each index, but not of all
 * of them together, where another connection commits meanwhile. The next write makes that good, which a process that is
 * killed does not live to do: then a row may be in a table and not in its index.
 */
public final class Database implements AutoCloseable {
    /** Where returns are kept unless told otherwise: in a file. */
    public static final String DEFAULT_URL = "jdbc:h2:file:./returns-data/returns";

    private static final String H2 = "jdbc:h2:";
    private static final Pattern IN_MEMORY = Pattern.compile("jdbc:h2:(mem:|(tcp|ssl)://[^;]*/mem:).*");
    private static final String POSTGRESQL = "jdbc:postgresql:";

    /** SQL states of a connection that failed, and of a server that ends, has crashed or is starting. */
    private static final Pattern UNREACHABLE = Pattern.compile("08.*|57P0[123]");

    private static final int POOL_SIZE = 10;
    private static final int H2_POOL_SIZE = 1;

    /** How long a request or a handler waits for a connection before it fails, in milliseconds. */
    private static final int CONNECTION_TIMEOUT = 3_000;

    /** A server that accepts a statement and never answers is given up after this, in seconds. */
    private static final String SOCKET_TIMEOUT = "30";

    private static final int CONNECT_RETRIES = 3;

    private final HikariDataSource pool;

    private Database(HikariDataSource pool) {
        this.pool = pool;
    }

    /**
     * Whether a URL names a database of a kind that is known here.
     *
     * @param url a JDBC URL
     * @return true for PostgreSQL, and for H2 unless it is only in memory
     */
    public static boolean supports(String url) {
        return url.startsWith(POSTGRESQL)
                || (url.startsWith(H2) && !IN_MEMORY.matcher(url).matches());
    }

    /**
     * Connects, trying again a few times if the database is not there yet, and brings the tables up to date.
     *
     * @param url a JDBC URL of H2 or PostgreSQL
     * @return the database, open until it is closed
     * @throws SQLException if it cannot be reached, or the tables cannot be brought up to date; the message is one line
     */
    public static Database open(String url) throws SQLException {
        String settled = settled(url);
        try {
            Flyway.configure()
                    .dataSource(settled, null, null)
                    .connectRetries(CONNECT_RETRIES)
                    .connectRetriesInterval(1)
                    .javaMigrations(new OrdersMigration())
                    .locations("classpath:io/eventbroker/examples/service/migrations")
                    .load()
                    .migrate();
            return new Database(new HikariDataSource(pool(settled)));
        } catch (RuntimeException e) { // what Flyway throws, and the pool
            throw new SQLException(withoutSettings(url) + ": " + reason(e), e);
        }
    }

    private static HikariConfig pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("returns");
        config.setConnectionTimeout(CONNECTION_TIMEOUT);
        config.setExceptionOverride(new BrokenConnections());
        config.setJdbcUrl(url);
        if (url.startsWith(H2)) {
            config.setMaximumPoolSize(H2_POOL_SIZE);
            config.setMaxLifetime(0); // without a connection H2 closes its file
        } else {
            config.setMaximumPoolSize(POOL_SIZE);
            config.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT);
        }
        return config;
    }

    /**
     * Has the pool drop a connection that says it is broken. By itself it knows that of codes that H2 does not use, and
     * would hand out a dead connection for as long as that is used more than twice a second.
     */
    private static final class BrokenConnections implements SQLExceptionOverride {
        @java.lang.Override
        public SQLExceptionOverride.Override adjudicate(SQLException e) {
            return e instanceof SQLNonTransientConnectionException
                    ? SQLExceptionOverride.Override.MUST_EVICT
                    : SQLExceptionOverride.Override.CONTINUE_EVICT;
        }
    }

    /**
     * Whether a failure says that the database cannot be reached, and nothing about what was asked of it.
     *
     * @param failure what was thrown
     * @return true if anything else would have failed, too
     */
    public static boolean isUnreachable(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof ConnectionException
                    || e instanceof SQLNonTransientConnectionException
                    || e instanceof SQLTransientConnectionException
                    || (e instanceof SQLException sql
                            && UNREACHABLE
                                    .matcher(String.valueOf(sql.getSQLState()))
                                    .matches())) {
                return true;
            }
        }
        return false;
    }

    private static String settled(String url) {
        return url.startsWith(H2) ? with(with(url, "WRITE_DELAY", "0"), "DB_CLOSE_ON_EXIT", "FALSE") : url;
    }

    private static String with(String url, String setting, String value) {
        return url.toUpperCase(Locale.ROOT).contains(";" + setting + "=") ? url : url + ";" + setting + "=" + value;
    }

    /** Settings may hold a password, which belongs into no message. */
    private static String withoutSettings(String url) {
        return url.split("[;?]", 2)[0];
    }

    /** What lies at the bottom of it, in one line. */
    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        return message.lines().findFirst().orElse(message);
    }

    /**
     * Where to get connections from.
     *
     * @return the pool
     */
    public DataSource connections() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
