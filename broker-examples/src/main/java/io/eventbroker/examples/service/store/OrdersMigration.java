package io.eventbroker.examples.service.store;

import io.eventbroker.examples.returns.OrderLine;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;

/** The first migration: the orders that can be returned, which are the invoices of the sample. */
final class OrdersMigration implements JavaMigration {
    @Override
    public MigrationVersion getVersion() {
        return MigrationVersion.fromVersion("1");
    }

    @Override
    public String getDescription() {
        return "orders";
    }

    /** Constant, as a migration that was applied may not change. */
    @Override
    public Integer getChecksum() {
        return 1;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }

    @Override
    public void migrate(Context context) throws Exception {
        Connection connection = context.getConnection();
        try (Statement table = connection.createStatement()) {
            table.execute("""
                    create table order_lines (
                      order_no varchar(32) not null,
                      sku varchar(32) not null,
                      description varchar(200) not null,
                      quantity integer not null,
                      unit_price numeric(19, 4) not null,
                      customer varchar(32),
                      country varchar(64) not null,
                      primary key (order_no, sku)
                    )""");
        }
        try (PreparedStatement insert =
                connection.prepareStatement("insert into order_lines values (?, ?, ?, ?, ?, ?, ?)")) {
            for (OrderLine line : OrderLine.ofSample()) {
                insert.setString(1, line.order());
                insert.setString(2, line.sku());
                insert.setString(3, line.description());
                insert.setInt(4, line.quantity());
                insert.setBigDecimal(5, line.unitPrice());
                insert.setString(6, line.customer());
                insert.setString(7, line.country());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
