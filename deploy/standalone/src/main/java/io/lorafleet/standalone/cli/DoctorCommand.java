// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.Exit;
import io.lorafleet.standalone.cli.option.FleetOptions;
import io.lorafleet.standalone.cli.option.JsonOption;
import io.lorafleet.standalone.cli.option.Table;
import io.lorafleet.standalone.doctor.Doctor;
import io.lorafleet.standalone.doctor.Finding;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "doctor",
        sortOptions = false,
        description = {
            "Checks whether this machine can run a fleet: Java, processor, memory, disk, PyTorch, services, model and"
                    + " ports. Shows the settings that workers would use. Starts nothing.",
            "The options are those of '${ROOT-COMMAND-NAME} up'. The exit code is 1 if something is missing."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} doctor --model /models/sd15 --workers 2"})
public final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private FleetOptions options;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        List<Finding> findings = Doctor.examine(options.settings(), System.getenv());
        Table<Finding> table = new Table<Finding>()
                .column("CHECK", Finding::check)
                .column("STATUS", finding -> finding.status().name().toLowerCase(Locale.ROOT))
                .column("FINDING", Finding::text);
        json.printResult(findings, all -> table.text(all, false));
        boolean isHealthy = findings.stream().noneMatch(finding -> finding.status() == Finding.Status.PROBLEM);
        return (isHealthy ? Exit.OK : Exit.ERROR).code();
    }
}
