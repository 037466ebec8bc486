# The headline questions of plumbrule's core and chain packs, asked of the portfolio as JSON. Dependence is one
# search from the covered end over sales turned round, which is the fast form of it here.
package headline

import rego.v1

answers := {"no_target": no_target, "no_horizon": no_horizon, "covered": covered}

no_target contains proposal.id if {
	some proposal in input.proposals
	not measurable(proposal)
}

measurable(proposal) if {
	some target in proposal.targets
	target.amount
	target.by
}

no_horizon contains proposal.id if {
	some proposal in input.proposals
	not lasting(proposal)
}

lasting(proposal) if {
	some offtake in proposal.offtakes
	offtake.start
	offtake.term
}

covered contains proposal.id if {
	some proposal in input.proposals
	some purchase in proposal.uses
	purchase.from in makers
}

covered contains proposal.id if {
	some proposal in input.proposals
	some purchase in proposal.uses
	purchase in behind_makers
}

makers contains supplier.id if {
	some supplier in input.suppliers
	supplier.country == "China"
}

# A purchase names a supplier and an item, and so do the nodes: an item is followed along sales of itself only.
behind_makers := graph.reachable(buyers, buyers_of_makers)

buyers_of_makers contains {"from": supplier.id, "item": purchase.item} if {
	some supplier in input.suppliers
	some purchase in supplier.buys
	purchase.from in makers
}

# A search passes only nodes that have buyers: each is one of its own.
buyers[seller] contains buyer if {
	some supplier in input.suppliers
	some purchase in supplier.buys
	buyer := {"from": supplier.id, "item": purchase.item}
	some seller in [buyer, purchase]
}
