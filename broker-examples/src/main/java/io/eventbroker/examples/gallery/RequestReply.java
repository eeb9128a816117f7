package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.BrokerClosedException;
import io.eventbroker.Subscription;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Request and reply: the event carries a future for its answer. For a question to another part of the program that
 * may be busy, missing or replaced. Each asker gets the answer to its own question, or the failure of whoever
 * answered, or after its patience a {@link TimeoutException}, whatever the reason: nobody there, or too much to do.
 * Where the broker is closed the future fails at once, with a {@link BrokerClosedException}. A question given up is
 * not worked on any more if it has not been begun. If what you call is always there and fast, call it.
 */
final class RequestReply {
    record PriceRequest(String sku, CompletableFuture<Integer> reply) {}

    private static final Topic<PriceRequest> REQUESTS = Topic.of("prices.requests", PriceRequest.class);

    @FunctionalInterface
    interface PriceList {
        int priceOf(String sku) throws Exception;
    }

    private RequestReply() {}

    static Subscription answer(Broker broker, int workers, PriceList prices) {
        return broker.subscription(REQUESTS)
                .named("price list")
                .concurrency(workers)
                .overflow(BACKPRESSURE)
                .onEvent(request -> answer(request, prices));
    }

    private static void answer(PriceRequest request, PriceList prices) throws Exception {
        if (request.reply().isDone()) {
            return; // given up
        }
        try {
            request.reply().complete(prices.priceOf(request.sku()));
        } catch (Throwable e) {
            request.reply().completeExceptionally(e); // else the asker would wait for its timeout
            throw e;
        }
    }

    static CompletableFuture<Integer> ask(Broker broker, String sku, Duration patience) {
        CompletableFuture<Integer> reply =
                new CompletableFuture<Integer>().orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS);
        try {
            if (!broker.tryPublish(REQUESTS, new PriceRequest(sku, reply), patience)) {
                reply.completeExceptionally(new TimeoutException("the price list is busy"));
            }
        } catch (BrokerClosedException e) {
            reply.completeExceptionally(e); // the asker looks for failures in one place
        }
        return reply;
    }

    static void run(PrintWriter out) throws InterruptedException, ExecutionException {
        try (Broker broker = Broker.open()) {
            Subscription priceList = answer(broker, 2, sku -> 100 * sku.length());
            CompletableFuture<Integer> lamp = ask(broker, "lamp", Duration.ofSeconds(10));
            CompletableFuture<Integer> chair = ask(broker, "chair", Duration.ofSeconds(10));
            out.println("a lamp costs " + lamp.get() + ", a chair " + chair.get());
            priceList.unsubscribe();
            try {
                ask(broker, "table", Duration.ofMillis(50)).get();
            } catch (ExecutionException e) {
                out.println("nobody knows what a table costs: " + e.getCause());
            }
        }
    }
}
