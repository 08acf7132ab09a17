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
            "Prepares the folder of a blob store, so that each service's Unix user can write what the service writes, and"
                    + " nothing else. Run it as root, while no service runs.",
            "With --dry-run it only prints whose each folder, and all that is in it, would be."
        })
public final class BlobPermissionsCommand implements Callable<Integer> {
    @Option(
            names = "--directory",
            paramLabel = "DIR",
            required = true,
            description = "What lorafleet.storage.directory names. Made if it is not there.")
    private Path directory;

    @Option(names = "--gateway", paramLabel = "USER", required = true, description = "Whose process the gateway is.")
    private String gateway;

    @Option(names = "--worker", paramLabel = "USER", required = true, description = "Whose process a worker is.")
    private String worker;

    @Option(names = "--trainer", paramLabel = "USER", required = true, description = "Whose process a trainer is.")
    private String trainer;

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            required = true,
            description = "A group that all three are members of, and nobody else: it may read everything.")
    private String group;

    @Option(
            names = "--adapters-group",
            paramLabel = "GROUP",
            required = true,
            description = "A group that gateway and trainer are members of, and nobody else: both write adapters.")
    private String adaptersGroup;

    @Option(names = "--dry-run", description = "Changes nothing.")
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
            throw new FleetException("expected root, since folders are given to other users, found user "
                    + new UnixSystem().getUsername() + "; --dry-run needs no root");
        }
        try {
            permissions.apply();
        } catch (UserPrincipalNotFoundException e) {
            throw new FleetException("expected users and groups of this machine, found " + e.getName());
        }
    }
}
