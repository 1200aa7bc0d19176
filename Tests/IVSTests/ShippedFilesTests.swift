import ConfigurationFile
import CrashSensing
import Foundation
import GPIO
import Sensors
import Testing
import Timeline

@testable import IVS

/// The files that users start from.
@Suite struct ShippedFilesTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func theShippedConfigurationIsRead() throws {
        let configuration = try VehicleConfiguration.read(path: Self.root.appending(path: "config/ecalld.yaml").path)
        #expect(configuration.isSimulated)
        #expect(configuration.socketPath == "/run/ecall/ecalld.sock")
    }

    @Test(arguments: ["pi3", "pi4", "pi5"])
    func theConfigurationOfABoardHasAPinForEveryLine(_ board: String) throws {
        let path = Self.root.appending(path: "config/\(board).yaml").path
        let configuration = try VehicleConfiguration.read(path: path)
        #expect(!configuration.isSimulated)
        #expect(Set(configuration.wiring.keys) == Set(configuration.lineSpecifications.map(\.name)))
        let places = configuration.wiring.values.map { "\($0.chips) \($0.address)" }
        #expect(Set(places).count == places.count, "two lines on one pin")
    }

    @Test func theConfigurationOfTheDemoIsReadOnceItsPlaceholdersAreFilledIn() throws {
        let text = try String(contentsOf: Self.root.appending(path: "config/demo.yaml"), encoding: .utf8)
            .replacingOccurrences(of: "@PORT@", with: "5060").replacingOccurrences(of: "@FOLDER@", with: "/tmp")
        let settings = try ConfigurationReader.read(text: text, file: "demo.yaml", schema: VehicleSchema.schema)
        #expect(try VehicleConfiguration(settings).centers.count == 1)
    }

    @Test func theInterfaceFileIsTheOneThatIsServed() throws {
        let file = try String(
            contentsOf: Self.root.appending(path: "varlink/net.ecall.ecalld.varlink"),
            encoding: .utf8
        )
        #expect(file == ControlInterface.text)
    }

    @Test func theShippedCoefficientsAreTheBuiltInOnes() throws {
        let path = Self.root.appending(path: "config/injury-model.yaml").path
        #expect(InjuryModel(try ConfigurationReader.read(path: path, schema: InjuryModelFile.schema)) == InjuryModel())
    }

    /// The recordings, with what each of them leads to.
    @Test(arguments: [("bump", 1, 0, 0), ("frontal", 1, 1, 0), ("rollover", 1, 0, 1)])
    func aShippedRecordingLeadsToWhatItsRemarkSays(_ name: String, events: Int, severe: Int, rollovers: Int) throws {
        let trace = try CSVTrace(path: Self.root.appending(path: "config/traces/\(name).csv").path)
        var detector = CrashDetector(rate: trace.rate)
        let rest = (-1_200..<0).map {
            AccelerationSample(at: Instant(nanosecondsSinceBoot: Int64($0) * 1_000_000), x: 0, y: 0, z: 1)
        }
        let signs = (rest + trace.samples).flatMap { detector.take($0) }
        #expect(signs.count { if case .event = $0 { true } else { false } } == events)
        #expect(signs.count { if case .severe = $0 { true } else { false } } == severe)
        #expect(signs.count { if case .rollover = $0 { true } else { false } } == rollovers)
    }
}
