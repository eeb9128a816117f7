package io.eventbroker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions by pattern, as a tree of tokens: who matches a name is found by walking down its tokens, whatever the
 * number of subscriptions. The idea is that of the NATS server's sublist. Only for the loop.
 */
final class PatternTree {
    private static final PatternTree NONE = new PatternTree();

    private final Map<String, PatternTree> children = new HashMap<>(2);

    /** Those whose pattern ends here. */
    private final List<QueuedSubscription<?>> ending = new ArrayList<>(1);

    void add(QueuedSubscription<?> subscription) {
        PatternTree node = this;
        for (String token : subscription.source.tokens) {
            node = node.children.computeIfAbsent(token, t -> new PatternTree());
        }
        node.ending.add(subscription);
    }

    /** Removes one whose pattern has so many tokens before this place. */
    void remove(QueuedSubscription<?> subscription, int depth) {
        List<String> tokens = subscription.source.tokens;
        PatternTree child = depth == tokens.size() ? null : children.get(tokens.get(depth));
        if (child == null) {
            ending.remove(subscription);
            return;
        }
        child.remove(subscription, depth + 1);
        if (child.isEmpty()) {
            children.remove(tokens.get(depth));
        }
    }

    boolean isEmpty() {
        return children.isEmpty() && ending.isEmpty();
    }

    /** Adds those whose pattern matches a name from this token on; returns how many places were looked at. */
    int find(String[] name, int depth, List<QueuedSubscription<?>> found) {
        if (depth == name.length) {
            found.addAll(ending);
            return 1;
        }
        found.addAll(children.getOrDefault(">", NONE).ending);
        return 1
                + find(children.get(name[depth]), name, depth + 1, found)
                + find(children.get("*"), name, depth + 1, found);
    }

    private static int find(@Nullable PatternTree node, String[] name, int depth, List<QueuedSubscription<?>> found) {
        return node == null ? 0 : node.find(name, depth, found);
    }
}
