package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToIntFunction;

/**
 * A concurrent map: the stock of a shop, of which many sell at once. For state by key that needs no more than one key at a
 * time. Each change of a key is one step, so none is lost and nothing is sold twice; a key is loaded once, when it is first
 * needed; different keys hardly hinder each other. To read and then put is two steps, in between which anything may
 * happen: use {@code merge}, {@code computeIfAbsent}, and {@code replace} with the value that was read. It cannot change
 * two keys in one step. In Go this is {@code sync.Map}, or a map and a mutex.
 */
final class ConcurrentStock {
    private final ConcurrentMap<String, Integer> units = new ConcurrentHashMap<>();
    private final ToIntFunction<String> loader;

    /** Loads what is asked for the first time; the loader may not use this stock. */
    ConcurrentStock(ToIntFunction<String> loader) {
        this.loader = loader;
    }

    int units(String sku) {
        return units.computeIfAbsent(sku, loader::applyAsInt);
    }

    void add(String sku, int more) {
        units(sku);
        units.merge(sku, more, Integer::sum);
    }

    /** All or nothing. */
    boolean take(String sku, int wanted) {
        while (true) {
            int left = units(sku);
            if (left < wanted) {
                return false;
            }
            if (units.replace(sku, left, left - wanted)) { // false: somebody was faster, so look again
                return true;
            }
        }
    }

    static void run(PrintWriter out) {
        ConcurrentStock stock = new ConcurrentStock(sku -> {
            out.println("loading " + sku);
            return 3;
        });
        out.println("two lamps: " + stock.take("lamp", 2));
        out.println("two more: " + stock.take("lamp", 2));
        stock.add("lamp", 1);
        out.println("after a delivery: " + stock.take("lamp", 2));
    }
}
