package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** Asks the tables, by statements of its own, what became of returns. */
final class Tables implements AutoCloseable {
    private final Connection connection;

    private Tables(Connection connection) {
        this.connection = connection;
    }

    static Tables of(String url) throws SQLException {
        return new Tables(DriverManager.getConnection(url));
    }

    Set<UUID> stored() throws SQLException {
        Set<UUID> ids = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from returns")) {
            while (rows.next()) {
                ids.add(rows.getObject(1, UUID.class));
            }
        }
        return ids;
    }

    long open() throws SQLException {
        return number("select count(*) from returns where completed_at is null");
    }

    /** Whatever moment it is: nothing was applied twice, and nothing that is recorded was not applied. */
    void assertNothingTwice() throws SQLException {
        assertThat(number("select count(*) from (select return_id, department from effects"
                        + " group by return_id, department having count(*) > 1) twice"))
                .as("effects recorded twice")
                .isZero();
        assertThat(number("""
                        select count(*) from restock s where s.units <> coalesce((
                          select sum(r.quantity) from returns r join effects e on e.return_id = r.id
                          where e.department = 'inventory' and r.sku = s.sku), 0)"""))
                .as("stock codes of which the sum is not that of the recorded effects")
                .isZero();
        assertThat(number("""
                        select count(*) from returns r where r.completed_at is not null
                        and (select count(*) from effects e where e.return_id = r.id) <> 4""")).as("returns completed too early").isZero();
    }

    /** When all is done: each department has had its effect on each return, once. */
    void assertEachEffectOnce() throws SQLException {
        assertNothingTwice();
        assertThat(open()).as("returns not completed").isZero();
        for (String department : new String[] {"billing", "warehouse", "inventory", "notifications"}) {
            assertThat(number("select count(*) from returns r where 1 <> (select count(*) from effects e"
                            + " where e.return_id = r.id and e.department = '" + department + "')"))
                    .as("returns without exactly one effect of " + department)
                    .isZero();
        }
        assertThat(number("select count(*) from effects"))
                .as("effects")
                .isEqualTo(4 * number("select count(*) from returns"));
        assertThat(number("select sum(units) from restock"))
                .as("units to restock")
                .isEqualTo(number("select coalesce(sum(quantity), 0) from returns"));
    }

    private long number(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
