// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.storage.BlobCheck;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
        name = "blob-check",
        sortOptions = false,
        description = {
            "Reads every blob in a blob store, lists those that are damaged or missing, and explains how to"
                    + " repair each of them. The command changes nothing, so the services can keep running.",
            "The exit code is 1 if a blob is damaged or missing."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} blob-check --directory /srv/blobs"})
public final class BlobCheckCommand implements Callable<Integer> {
    @Option(
            names = "--directory",
            paramLabel = "DIR",
            required = true,
            description = "Folder of the blob store: the value of lorafleet.storage.directory.")
    private Path directory;

    @Override
    public Integer call() throws IOException {
        try {
            BlobCheck.Summary summary = new BlobCheck(directory, System.out::println).run();
            System.out.println(summary);
            return summary.damaged() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (NoSuchFileException e) {
            throw new FleetException(
                    "expected a blob store, with the folder " + e.getFile() + ", found none; is it mounted?");
        }
    }
}
