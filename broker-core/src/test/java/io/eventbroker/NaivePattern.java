package io.eventbroker;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Which names a pattern matches, in the plainest way: the reference for tests; and random ones to try it on. */
final class NaivePattern {
    /** So few that names and patterns meet. */
    private static final List<String> TOKENS = List.of("a", "b", "B", "b*");

    private static final List<String> PATTERN_TOKENS = List.of("a", "b", "B", "b*", "*", "*", "*");

    private NaivePattern() {}

    static String anyName(Random random) {
        return anyTokens(random, TOKENS);
    }

    static String anyPattern(Random random) {
        String pattern = anyTokens(random, PATTERN_TOKENS);
        int choice = random.nextInt(8);
        return choice == 0 ? ">" : choice < 3 ? pattern + ".>" : pattern;
    }

    private static String anyTokens(Random random, List<String> tokens) {
        List<String> chosen = new ArrayList<>();
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            chosen.add(tokens.get(random.nextInt(tokens.size())));
        }
        return String.join(".", chosen);
    }

    static boolean matches(String pattern, String name) {
        return matches(List.of(pattern.split("\\.")), List.of(name.split("\\.")));
    }

    private static boolean matches(List<String> pattern, List<String> name) {
        if (pattern.isEmpty() || name.isEmpty()) {
            return pattern.isEmpty() && name.isEmpty();
        }
        String token = pattern.get(0);
        return token.equals(">")
                || ((token.equals("*") || token.equals(name.get(0))) && matches(rest(pattern), rest(name)));
    }

    private static List<String> rest(List<String> tokens) {
        return tokens.subList(1, tokens.size());
    }
}
