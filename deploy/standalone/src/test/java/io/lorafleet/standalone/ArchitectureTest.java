// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.lorafleet.standalone", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule clientDependsOnNoOtherPackage = noClasses()
            .that()
            .resideInAPackage("..standalone.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..standalone.cli..",
                    "..standalone.bench..",
                    "..standalone.evaluate..",
                    "..standalone.supervisor..",
                    "picocli..");

    @ArchTest
    static final ArchRule supervisorDoesNotDependOnCommands = noClasses()
            .that()
            .resideInAPackage("..standalone.supervisor..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..standalone.cli..", "..standalone.bench..", "..standalone.evaluate..", "picocli..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.lorafleet.standalone.(**)").should().beFreeOfCycles();
}
