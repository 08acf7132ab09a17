// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.diffusion.checkpoint.Pipelines;
import io.lorafleet.diffusion.weights.Checksums;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "fetch",
        sortOptions = false,
        description = {
            "Copies a base model from a URL or a folder, and verifies its files. A folder must contain"
                    + " a SHA256SUMS that lists all its files. A single-file checkpoint (.safetensors) needs --sha256.",
            "A file appears only when it is complete and its checksum is correct. Files that are already there are not"
                    + " copied again."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} model fetch /mnt/models/sd15 --to /models/sd15",
            "  ${ROOT-COMMAND-NAME} model fetch https://example.com/sd15 --to /models/sd15",
            "  ${ROOT-COMMAND-NAME} model fetch https://example.com/model.safetensors --sha256 6ce0161689b3... --to"
                    + " /models"
        })
public final class ModelFetchCommand implements Callable<Integer> {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final String CHECKPOINT = ".safetensors";
    private static final int KILOBYTE = 1000;

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "URL|PATH", description = "HTTP URL or path of the model: a folder or a checkpoint.")
    private String location;

    @Option(
            names = "--to",
            paramLabel = "DIR",
            required = true,
            description = "Folder for the files. It is created if it does not exist.")
    private Path target;

    @Option(
            names = "--sha256",
            paramLabel = "HEX",
            description =
                    "Expected SHA-256 of the checkpoint or, for a folder, of its SHA256SUMS. Without it, a folder's"
                            + " SHA256SUMS is trusted.")
    private @Nullable String sha256;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (sha256 != null && !SHA256.matcher(sha256).matches()) {
            throw usage("--sha256: expected 64 hexadecimal digits in lower case, found " + sha256);
        }
        try {
            Path model = location.endsWith(CHECKPOINT) ? fetchCheckpoint() : fetchFolder();
            Pipelines.open(model); // says now, and not when a worker starts, that the model cannot be used
            System.out.println(model);
            return ExitCode.OK;
        } catch (ModelFileException e) {
            throw new FleetException(e.getMessage());
        }
    }

    private Path fetchCheckpoint() throws IOException, InterruptedException {
        if (sha256 == null) {
            throw usage("--sha256: expected the checksum of the checkpoint, found none");
        }
        int slash = location.lastIndexOf('/');
        String name = location.substring(slash + 1);
        Files.createDirectories(target);
        fetch(ModelSource.of(slash < 0 ? "." : location.substring(0, slash)), name, sha256);
        return target.resolve(name);
    }

    private Path fetchFolder() throws IOException, InterruptedException {
        ModelSource source = ModelSource.of(location);
        Files.createDirectories(target);
        if (sha256 == null) {
            copy(source, Checksums.FILE, target.resolve(Checksums.FILE), null);
        } else {
            fetch(source, Checksums.FILE, sha256);
        }
        Map<String, String> sums = Checksums.read(target);
        for (Map.Entry<String, String> sum : sums.entrySet()) {
            fetch(source, sum.getKey(), sum.getValue());
        }
        System.err.println(sums.size() + " files match " + Checksums.FILE);
        return target;
    }

    private void fetch(ModelSource source, String name, String expected) throws IOException, InterruptedException {
        Path file = target.resolve(name);
        if (!isComplete(file, expected)) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            copy(source, name, file, expected);
        }
    }

    /** Moves the copy into place only when it is complete. @param expected SHA-256 of the file, or null */
    private void copy(ModelSource source, String name, Path file, @Nullable String expected)
            throws IOException, InterruptedException {
        Path unfinished = target.resolve(".unfinished");
        try (InputStream in = source.open(name)) {
            if (Terminal.isThere()) {
                try (InputStream shown =
                        ProgressBar.wrap(in, Terminal.bar(name, System.err).setUnit(" kB", KILOBYTE))) {
                    Files.copy(shown, unfinished, StandardCopyOption.REPLACE_EXISTING);
                }
            } else {
                Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
            }
            if (expected != null) {
                requireSum(unfinished, name, expected);
            }
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private void requireSum(Path file, String name, String expected) {
        String found = Checksums.sha256(List.of(file));
        if (!found.equals(expected)) {
            throw new FleetException(location + ": expected SHA-256 " + expected + " of " + name + ", found " + found);
        }
    }

    private static boolean isComplete(Path file, String expected) {
        try {
            Checksums.verify(file, expected);
            return true;
        } catch (ModelFileException e) {
            return false;
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
