// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import com.sun.security.auth.module.UnixSystem;
import io.lorafleet.messages.BlobTree.Writer;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.supervisor.BlobPermissions;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
        name = "blob-permissions",
        sortOptions = false,
        description = {
            "Sets the owners and modes of a blob store's folders, so that the Unix user of each"
                    + " service can write only the files of that service. Run it as root while the services"
                    + " are stopped.",
            "With --dry-run, the command only prints the owner and mode of each folder."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} blob-permissions --directory /srv/blobs --gateway gateway --worker worker"
                    + " --trainer trainer --group fleet --adapters-group adapters --dry-run"
        })
public final class BlobPermissionsCommand implements Callable<Integer> {
    @Option(
            names = "--directory",
            paramLabel = "DIR",
            required = true,
            description = "Folder of the blob store: the value of lorafleet.storage.directory. The command"
                    + " creates the folder if it does not exist.")
    private Path directory;

    @Option(
            names = "--gateway",
            paramLabel = "USER",
            required = true,
            description = "Unix user that the gateway runs as.")
    private String gateway;

    @Option(
            names = "--worker",
            paramLabel = "USER",
            required = true,
            description = "Unix user that the workers run as.")
    private String worker;

    @Option(
            names = "--trainer",
            paramLabel = "USER",
            required = true,
            description = "Unix user that the trainer runs as.")
    private String trainer;

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            required = true,
            description = "Unix group whose only members are these three users. The group can read all files.")
    private String group;

    @Option(
            names = "--adapters-group",
            paramLabel = "GROUP",
            required = true,
            description =
                    "Unix group whose only members are the gateway and trainer users, both of which write adapters.")
    private String adaptersGroup;

    @Option(names = "--dry-run", description = "Prints the owners and modes without changing them.")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException {
        BlobPermissions permissions = new BlobPermissions(
                directory.toAbsolutePath().normalize(),
                Map.of(Writer.GATEWAY, gateway, Writer.WORKER, worker, Writer.TRAINER, trainer),
                group,
                adaptersGroup);
        if (!dryRun) {
            apply(permissions);
        }
        permissions.folders().forEach(System.out::println);
        return ExitCode.OK;
    }

    private static void apply(BlobPermissions permissions) throws IOException {
        if (new UnixSystem().getUid() != 0) {
            throw new FleetException("the command changes file ownership, so it must run as root, not as "
                    + new UnixSystem().getUsername() + "; --dry-run does not need root");
        }
        try {
            permissions.apply();
        } catch (UserPrincipalNotFoundException e) {
            throw new FleetException("user or group not found on this machine: " + e.getName());
        }
    }
}
