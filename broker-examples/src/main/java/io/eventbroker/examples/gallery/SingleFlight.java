package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;

/**
 * Single flight: one load for all who ask at the same time. For an expensive read that many want at once, such as when an
 * entry of a cache has expired. While a key is being loaded, whoever asks for it waits for that load, and shares its value
 * or its failure; different keys do not wait for each other. It is no cache: who asks when the load is over starts
 * another. Loading a key from inside its own load waits for ever, and an interrupt of the thread that loads fails all.
 */
final class SingleFlight<K, V> {
    @FunctionalInterface
    interface Loader<K, V> {
        V load(K key) throws Exception;
    }

    private final ConcurrentMap<K, CompletableFuture<V>> flights = new ConcurrentHashMap<>();
    private final Loader<K, V> loader;

    SingleFlight(Loader<K, V> loader) {
        this.loader = loader;
    }

    /**
     * The value of a load that was under way when this was called, or begins with it.
     *
     * @throws ExecutionException if the load failed
     * @throws InterruptedException if interrupted while another thread loads; that goes on
     */
    V get(K key) throws InterruptedException, ExecutionException {
        CompletableFuture<V> own = new CompletableFuture<>();
        CompletableFuture<V> running = flights.putIfAbsent(key, own);
        if (running != null) {
            return running.get();
        }
        load(key, own);
        return own.get();
    }

    private void load(K key, CompletableFuture<V> flight) {
        try {
            V value = loader.load(key);
            flights.remove(key, flight); // first, so that who comes after the load does not get what is old
            flight.complete(value);
        } catch (Throwable e) {
            flights.remove(key, flight);
            flight.completeExceptionally(e);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How many keys are being loaded. */
    int inFlight() {
        return flights.size();
    }

    static void run(PrintWriter out) throws InterruptedException, ExecutionException {
        SingleFlight<String, Integer> prices = new SingleFlight<>(sku -> {
            out.println("loading the price of a " + sku);
            return 100 * sku.length();
        });
        out.println(prices.get("lamp"));
        out.println(prices.get("lamp"));
        out.println(prices.inFlight() + " loads under way");
    }
}
