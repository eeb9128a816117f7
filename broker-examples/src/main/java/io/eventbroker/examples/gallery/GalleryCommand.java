package io.eventbroker.examples.gallery;

import io.eventbroker.examples.gallery.Gallery.Example;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code gallery}: runs one of the {@link Gallery}'s examples, or lists them. */
@Command(
        name = "gallery",
        description = "Runs an example of a concurrency pattern, short enough to be read and copied.",
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all went well",
            "1:the example failed, or left something undone and says so",
            "2:there is no such example"
        })
public final class GalleryCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The example to run; --list names them.")
    private @Nullable String name;

    @Option(names = "--list", description = "List the examples, one a line, the name first.")
    private boolean list;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try {
            if (list) {
                list(out);
                return ExitCode.OK;
            }
            return example().run().run(out);
        } finally {
            out.flush();
        }
    }

    private void list(PrintWriter out) {
        if (name != null) {
            throw new ParameterException(spec.commandLine(), "--list lists all examples; leave out '" + name + "'");
        }
        Gallery.EXAMPLES.forEach(example -> out.printf("%-24s%s%n", example.name(), example.sentence()));
    }

    private Example example() {
        if (name == null) {
            throw new ParameterException(spec.commandLine(), "name an example, or say --list");
        }
        return Gallery.EXAMPLES.stream()
                .filter(example -> example.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "there is no example '" + name + "'; there are " + names()));
    }

    private static String names() {
        return Gallery.EXAMPLES.stream().map(Example::name).collect(Collectors.joining(", "));
    }
}
