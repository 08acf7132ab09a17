// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.diffusion.weights.Checksums;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        sortOptions = false,
        description = {
            "Verifies a base model against its SHA256SUMS. --copy-to copies the model first, for example from a shared"
                    + " volume to a local disk; files that are already there are not copied again.",
            "The exit code is 1 if a file is missing or damaged."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} model check --directory /mnt/models/sd15 --copy-to /models/sd15"
        })
public final class ModelCheckCommand implements Callable<Integer> {
    @Option(
            names = "--directory",
            paramLabel = "DIR",
            required = true,
            description = "Folder of the model, which must contain SHA256SUMS.")
    private Path directory;

    @Option(names = "--copy-to", paramLabel = "DIR", description = "Folder for the copy. The copy is verified.")
    private @Nullable Path copy;

    @Override
    public Integer call() throws IOException {
        try {
            Map<String, String> sums = Checksums.read(directory);
            if (copy != null) {
                copy(sums, copy);
            }
            Path checked = copy == null ? directory : copy;
            sums.forEach((name, sha256) -> Checksums.verify(checked.resolve(name), sha256));
            System.out.println(checked + ": " + sums.size() + " files match " + Checksums.FILE);
            return ExitCode.OK;
        } catch (ModelFileException e) {
            throw new FleetException(e.getMessage());
        }
    }

    private void copy(Map<String, String> sums, Path target) throws IOException {
        Path unfinished = target.resolve(".unfinished");
        for (Map.Entry<String, String> sum : sums.entrySet()) {
            Path from = directory.resolve(sum.getKey());
            Path to = target.resolve(sum.getKey());
            if (!Files.isRegularFile(from)) {
                throw new FleetException(from + ": expected a file of the model, found none");
            }
            if (!isCopied(to, sum.getValue())) {
                Files.createDirectories(to.getParent());
                // The copy is moved into place, so that the file is complete even if this process is killed.
                Files.copy(from, unfinished, StandardCopyOption.REPLACE_EXISTING);
                Files.move(unfinished, to, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.copy(
                directory.resolve(Checksums.FILE), target.resolve(Checksums.FILE), StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean isCopied(Path file, String sha256) {
        try {
            Checksums.verify(file, sha256);
            return true;
        } catch (ModelFileException e) {
            return false;
        }
    }
}
