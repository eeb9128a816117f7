package io.eventbroker.examples.service;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.eventbroker.Overflow;
import io.eventbroker.examples.service.store.ReturnStore;
import io.eventbroker.examples.service.store.StoredReturn;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.json.JavalinJackson;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP interface below {@code /api/}. What cannot be granted is answered by a problem document (RFC 9457). */
final class Api {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final long MAX_BODY = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Api.class);

    /** Strict: a quantity of 1.5 or "2" is a mistake of the client's, not a 1 or a 2, and an order is a text. */
    private final ObjectMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(LogicalType.Textual, text -> {
                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            })
            .build();

    private final ReturnService service;
    private final ReturnStore store;

    private record NewReturn(
            @Nullable String order,
            @Nullable String sku,
            @Nullable Integer quantity) {}

    private record Control(
            @Nullable String department,
            @Nullable Long delayMillis,
            @Nullable String overflow) {}

    private record Problem(String type, String title, int status, String detail) {}

    Api(ReturnService service, ReturnStore store) {
        this.service = service;
        this.store = store;
    }

    void addTo(JavalinConfig config) {
        config.jsonMapper(new JavalinJackson(json, false));
        config.http.maxRequestSize = MAX_BODY;
        config.http.prefer405over404 = true;
        config.routes.post("/api/returns", this::create);
        config.routes.get("/api/returns", this::list);
        config.routes.get("/api/returns/{id}", this::show);
        config.routes.get("/api/orders", ctx -> ctx.json(store.orderLines()));
        config.routes.get("/api/stats", ctx -> ctx.json(service.stats()));
        config.routes.put("/api/controls", this::control);

        config.routes.exception(Refusal.class, (e, ctx) -> answer(ctx, e.status(), e.title(), e.detail()));
        config.routes.exception(HttpResponseException.class, (e, ctx) -> {
            String allowed = e.getDetails().get("availableMethods");
            if (allowed != null) {
                ctx.header("Allow", allowed);
            }
            answer(ctx, e.getStatus(), String.valueOf(e.getMessage()), ctx.method() + " " + ctx.path());
        });
        config.routes.exception(JdbiException.class, (e, ctx) -> {
            LOG.warn("the database failed: {}", String.valueOf(e.getCause()));
            Refusal refusal = Refusal.unavailable("the database cannot be reached; nothing was published");
            answer(ctx, refusal.status(), refusal.title(), refusal.detail());
        });
        config.routes.exception(Exception.class, (e, ctx) -> {
            LOG.error("{} {} failed", ctx.method(), ctx.path(), e);
            answer(ctx, 500, "The service has a fault", "its log tells more");
        });
    }

    private void create(Context ctx) {
        NewReturn wanted = body(ctx, NewReturn.class, "order (text), sku (text) and quantity (whole number)");
        StoredReturn stored = service.create(wanted.order(), wanted.sku(), wanted.quantity());
        ctx.status(201).header("Location", "/api/returns/" + stored.id()).json(stored);
    }

    private void list(Context ctx) {
        ctx.json(store.latest(limit(ctx.queryParam("limit"))));
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // the same mistake as a number out of range
        }
        throw Refusal.malformed("limit must be a number from 1 to " + MAX_LIMIT);
    }

    private void show(Context ctx) {
        UUID id = id(ctx.pathParam("id"));
        ctx.json(store.find(id).orElseThrow(() -> Refusal.notFound("there is no return " + id)));
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.notFound("the id of a return is a UUID");
        }
    }

    private void control(Context ctx) {
        Control wanted =
                body(ctx, Control.class, "department (text), and delayMillis (whole number) or overflow (text)");
        if (wanted.department() == null) {
            throw Refusal.invalid("department is required");
        }
        service.control(wanted.department(), wanted.delayMillis(), policy(wanted.overflow()));
        ctx.json(service.stats());
    }

    private static @Nullable Overflow policy(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return Arrays.stream(Overflow.values())
                .filter(policy -> policy.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> Refusal.invalid("overflow must be one of " + List.of(Overflow.values())));
    }

    /** Only JSON that says so, which a form on a page of somebody else cannot send. */
    private <T> T body(Context ctx, Class<T> type, String fields) {
        if (!ctx.isJson()) {
            throw Refusal.unsupported("the body must be application/json");
        }
        try {
            T body = json.readValue(ctx.bodyAsBytes(), type);
            if (body != null) {
                return body;
            }
        } catch (IOException e) {
            // not JSON, or not even text: the same answer as to null
        }
        throw Refusal.malformed("the body must be a JSON object with " + fields + ", and nothing else");
    }

    private static void answer(Context ctx, int status, String title, String detail) {
        if (status == 503) {
            ctx.header("Retry-After", "1");
        }
        ctx.status(status)
                .json(new Problem("about:blank", title, status, detail))
                .contentType("application/problem+json");
    }
}
