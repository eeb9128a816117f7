package io.eventbroker.examples.service.store;

import io.eventbroker.examples.returns.OrderLine;
import io.eventbroker.examples.service.model.Department;
import io.eventbroker.examples.service.model.ReturnEvent.Decision;
import io.eventbroker.examples.service.model.ReturnEvent.RestockPlanned;
import io.eventbroker.examples.service.model.ReturnEvent.ReturnCreated;
import io.eventbroker.examples.service.store.StoredReturn.Effect;
import io.eventbroker.examples.service.store.StoredReturn.Totals;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/**
 * Returns and what became of them, in tables. Each method is one transaction: when it returns, what it did is committed;
 * when it throws, nothing was done (or, where the connection broke in the commit, nobody knows). For any thread.
 *
 * <p>That an effect is recorded once is decided by the primary key of its table, so it does not matter who tries: a
 * handler, a department that catches up, or both at once, in this process or the next.
 */
public final class ReturnStore {
    /** What both databases call a row that exists already. */
    private static final String UNIQUE_VIOLATION = "23505";

    private static final String CREATED = """
            select r.id, r.order_no, r.sku, r.quantity, l.unit_price, l.customer, l.country
            from returns r join order_lines l on l.order_no = r.order_no and l.sku = r.sku
            """;

    private final Jdbi jdbi;

    /**
     * Reads and writes through a pool.
     *
     * @param connections a database whose tables are up to date
     */
    public ReturnStore(DataSource connections) {
        this.jdbi = Jdbi.create(connections);
    }

    /**
     * What was sold under a number.
     *
     * @param order the number of an invoice
     * @return its lines; none if there is no such order
     */
    public List<OrderLine> orderLines(String order) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from order_lines where order_no = :order")
                .bind("order", order)
                .map((row, context) -> orderLine(row))
                .list());
    }

    /**
     * Everything that was sold.
     *
     * @return the lines of all orders
     */
    public List<OrderLine> orderLines() {
        return jdbi.withHandle(handle -> handle.createQuery("select * from order_lines order by order_no, sku")
                .map((row, context) -> orderLine(row))
                .list());
    }

    /**
     * Stores a return.
     *
     * @param created the return, whose id is new
     * @return what the tables have of it now
     */
    public StoredReturn add(ReturnCreated created) {
        Instant now = Instant.now();
        jdbi.useHandle(handle -> handle.createUpdate("""
                        insert into returns (id, order_no, sku, quantity, created_at)
                        values (:id, :order, :sku, :quantity, :now)""")
                .bind("id", created.returnId())
                .bind("order", created.order())
                .bind("sku", created.sku())
                .bind("quantity", created.quantity())
                .bind("now", now)
                .execute());
        return new StoredReturn(
                created.returnId(),
                created.order(),
                created.sku(),
                created.quantity(),
                now.toString(),
                null,
                List.of());
    }

    /**
     * Records what a department decided, and applies it, both or neither.
     *
     * @param department who decided
     * @param decision what
     * @return false if the department had decided before: then nothing was done
     */
    public boolean record(Department department, Decision decision) {
        try {
            jdbi.useTransaction(handle -> {
                handle.createUpdate("""
                                insert into effects (return_id, department, kind, detail, recorded_at)
                                values (:id, :department, :kind, :detail, :now)""")
                        .bind("id", decision.returnId())
                        .bind("department", department.toString())
                        .bind("kind", decision.kind())
                        .bind("detail", decision.detail())
                        .bind("now", Instant.now())
                        .execute();
                if (decision instanceof RestockPlanned planned) {
                    restock(handle, planned);
                }
            });
            return true;
        } catch (UnableToExecuteStatementException e) {
            if (e.getCause() instanceof SQLException cause && UNIQUE_VIOLATION.equals(cause.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private static void restock(Handle handle, RestockPlanned planned) {
        handle.createUpdate("update restock set units = units + :units where sku = :sku")
                .bind("units", planned.units())
                .bind("sku", planned.sku())
                .execute();
    }

    /**
     * Completes a return if every department has decided.
     *
     * @param returnId which
     * @return true if this call completed it; false if it is not time yet, or it was completed before
     */
    public boolean complete(UUID returnId) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                                update returns set completed_at = :now where id = :id and completed_at is null
                                and (select count(*) from effects where return_id = :id) = :departments""")
                        .bind("now", Instant.now())
                        .bind("id", returnId)
                        .bind("departments", Department.values().length)
                        .execute()
                == 1);
    }

    /**
     * What a department has still to decide.
     *
     * @param department who
     * @param atMost how many returns at most
     * @return returns without a decision of that department, the oldest first
     */
    public List<ReturnCreated> undecided(Department department, int atMost) {
        return jdbi.withHandle(handle -> handle.createQuery(CREATED + """
                        where r.completed_at is null and not exists (
                          select 1 from effects e where e.return_id = r.id and e.department = :department)
                        order by r.number limit :atMost""")
                .bind("department", department.toString())
                .bind("atMost", atMost)
                .map((row, context) -> created(row))
                .list());
    }

    /**
     * Which returns every department has decided that are not completed.
     *
     * @param atMost how many at most
     * @return their ids, the oldest first
     */
    public List<UUID> decided(int atMost) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select r.id from returns r where r.completed_at is null
                        and (select count(*) from effects e where e.return_id = r.id) = :departments
                        order by r.number limit :atMost""")
                .bind("departments", Department.values().length)
                .bind("atMost", atMost)
                .mapTo(UUID.class)
                .list());
    }

    /**
     * One return.
     *
     * @param returnId which
     * @return the return and its effects; empty if there is none of that id
     */
    public Optional<StoredReturn> find(UUID returnId) {
        return returns("select * from returns where id = :id", "id", returnId).stream()
                .findFirst();
    }

    /**
     * The newest returns.
     *
     * @param atMost how many at most
     * @return the returns and their effects, the newest first
     */
    public List<StoredReturn> latest(int atMost) {
        return returns("select * from returns order by number desc limit :atMost", "atMost", atMost);
    }

    /**
     * How many returns there are.
     *
     * @return the numbers of one moment
     */
    public Totals totals() {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select count(*) as stored, count(*) - count(completed_at) as open from returns")
                .map((row, context) -> new Totals(row.getLong("stored"), row.getLong("open")))
                .one());
    }

    private List<StoredReturn> returns(String which, String parameter, Object value) {
        Map<UUID, StoredReturn> byId = new LinkedHashMap<>();
        jdbi.useHandle(handle -> handle.createQuery("""
                        select r.id, r.order_no, r.sku, r.quantity, r.created_at, r.completed_at,
                               e.department, e.kind, e.detail, e.recorded_at
                        from (%s) r left join effects e on e.return_id = r.id
                        order by r.number desc, e.recorded_at, e.department""".formatted(which))
                .bind(parameter, value)
                .map((row, context) -> addTo(byId, row))
                .list());
        return List.copyOf(byId.values());
    }

    /** One row for each effect, or one without for a return that has none. */
    private static StoredReturn addTo(Map<UUID, StoredReturn> byId, ResultSet row) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        StoredReturn found = byId.get(id);
        if (found == null) {
            found = new StoredReturn(
                    id,
                    row.getString("order_no"),
                    row.getString("sku"),
                    row.getInt("quantity"),
                    requiredTime(row, "created_at"),
                    time(row, "completed_at"),
                    new ArrayList<>());
            byId.put(id, found);
        }
        String department = row.getString("department");
        if (department != null) {
            found.effects()
                    .add(new Effect(
                            department,
                            row.getString("kind"),
                            row.getString("detail"),
                            requiredTime(row, "recorded_at")));
        }
        return found;
    }

    private static OrderLine orderLine(ResultSet row) throws SQLException {
        return new OrderLine(
                row.getString("order_no"),
                row.getString("sku"),
                row.getString("description"),
                row.getInt("quantity"),
                row.getBigDecimal("unit_price"),
                row.getString("customer"),
                row.getString("country"));
    }

    private static ReturnCreated created(ResultSet row) throws SQLException {
        return new ReturnCreated(
                row.getObject("id", UUID.class),
                row.getString("order_no"),
                row.getString("sku"),
                row.getInt("quantity"),
                row.getBigDecimal("unit_price"),
                row.getString("customer"),
                row.getString("country"));
    }

    private static String requiredTime(ResultSet row, String column) throws SQLException {
        return String.valueOf(time(row, column));
    }

    private static @Nullable String time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant().toString();
    }
}
